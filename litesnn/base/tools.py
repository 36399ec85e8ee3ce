"""Programs of others, such as compilers: found on the path; run to their end, or ended with all that they started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from litesnn.base.errors import BackendError


def on_path(names: Sequence[str], needed: str, remedy: str) -> str:
    """Where a program of one of these names is.

    Parameters
    ----------
    needed : what needs what, e.g. "--synthesize needs Yosys"
    remedy : how it comes there, or how one does without

    Raises
    ------
    BackendError
        Where there is none.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise BackendError(f"{needed}, and neither {' nor '.join(names)} is on the path; {remedy}")
    return found


def run_to_end(
    command: Sequence[str], seconds: float, folder: Path | None = None, errors_alone: bool = False
) -> tuple[int, str]:
    """Exit code and words of a program: all that it says, or what it says on standard error alone.

    Raises
    ------
    subprocess.TimeoutExpired
        Where it is not done in time; it is ended, however this ends.
    """
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if errors_alone else subprocess.PIPE,
        stderr=subprocess.PIPE if errors_alone else subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said = process.communicate(timeout=seconds)[int(errors_alone)]
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, said
