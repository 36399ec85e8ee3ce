"""`LavaSession`: a worker with Lava in it, for as many runs as there are.

Imports next to nothing itself: the worker then imports Lava (and the exact simulator, for the fused models) while its parent still imports
what it needs.
"""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Callable, Collection
from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import BackendError
from litesnn.runtime.lava.supervise import LavaWorker

if TYPE_CHECKING:
    from litesnn.compiler.graph import Graph
    from litesnn.runtime.lava.exchange import Models
    from litesnn.runtime.lava.plan import Inputs
    from litesnn.runtime.trace import Trace

LAVA_VERSION = "0.10.0"
LAVA_TIMEOUT = 120.0  # seconds without a sign of life
LAVA_NEEDS = "asteval"  # all that it imports beyond what LiteSNN has


class LavaSession:
    """Lava for several runs: its start, some seconds of imports, is paid once. Use it in a `with` statement.

    Nothing starts before the first run or `prepare`. After a failed run the next one starts afresh.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._worker: LavaWorker | None = None

    def __enter__(self) -> LavaSession:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._worker = None
        self._open.__exit__(*failure)

    def prepare(self, models: Models = "stock") -> LavaWorker:
        """Let the imports for a set of models begin, in another process.

        Raises
        ------
        BackendError
            If Lava is not installed.
        """
        require_lava()
        if self._worker is None:
            self._worker = self._open.enter_context(LavaWorker(models))
        return self._worker

    def run(
        self,
        graph: Graph,
        inputs: Inputs,
        *,
        record: Collection[str] = (),
        record_states: Collection[str] = (),
        models: Models = "stock",
        timeout: float = LAVA_TIMEOUT,
        progress: Callable[[int, int], None] | None = None,
    ) -> Trace:
        """Run samples; parameters and errors as of `run_lava`."""
        from litesnn.runtime.lava.exchange import Job
        from litesnn.runtime.lava.run import run_jobs, split_job

        require_lava()
        job = Job(graph, inputs, record=tuple(record), record_states=tuple(record_states), models=models)
        jobs = list(split_job(job))
        try:
            return run_jobs(self.prepare(models), jobs, timeout, progress)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise


def require_lava() -> None:
    """Raise a BackendError that says how to add it unless the Lava version this backend is written for is here."""
    from importlib import metadata  # reads mails and sockets: help of commands needs the time limit above, and not this

    try:
        found = f"lava-nc {metadata.version('lava-nc')}"
    except metadata.PackageNotFoundError:
        found = "no lava-nc"
    if found != f"lava-nc {LAVA_VERSION}":
        raise BackendError(
            f"the Lava backend needs lava-nc=={LAVA_VERSION}, found {found} in Python {platform.python_version()}: add it with "
            f"`{install_command()}`, or leave Lava out (--no-lava; of run: --simulator exact)"
        )


def install_command() -> str:
    """The command that adds Lava to this Python: beside what is installed, whatever Lava says of Python, numpy and networkx."""
    python, lava = shlex.quote(sys.executable), f"lava-nc=={LAVA_VERSION}"
    if find_spec("pip") is None:  # a virtual environment of uv's
        return f"uv pip install --python {python} {LAVA_NEEDS} && uv pip install --python {python} --no-deps {lava}"
    return f"{python} -m pip install {LAVA_NEEDS} && {python} -m pip install --no-deps --ignore-requires-python {lava}"
