"""The other end of `server`: starts it as a process, asks it, and ends it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from fuzz.case import Case
from fuzz.limits import Limits
from fuzz.server import Answer, Request

_START = "import sys; sys.path.insert(0, sys.argv[1]); from fuzz.server import serve; serve()"


class Client:
    """A server with its worker, as a context."""

    def __init__(self, limits: Limits | None = None) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _START, str(Path(__file__).parents[1])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **threads},
            start_new_session=True,  # Ctrl-C is for whoever asks
        )
        self._send(limits or Limits())

    def ask(self, request: Request) -> Answer:
        """What became of an input.

        Raises
        ------
        RuntimeError
            Where the suite itself is at fault: valid inputs that cannot be made, a mutator that fails.
        """
        answer = self._answer(request)
        assert isinstance(answer, Answer)
        return answer

    def seeds(self, reader: str) -> list[Case]:
        """The valid inputs of a reader, as the server made them; raises as `ask`."""
        answer = self._answer(reader)
        assert isinstance(answer, list)
        return answer

    def _answer(self, request: Request | str) -> object:
        self._send(request)
        assert self.process.stdout is not None
        answer = pickle.load(self.process.stdout)
        if isinstance(answer, str):
            raise RuntimeError(f"{request}: {answer}")
        return answer

    def _send(self, message: object) -> None:
        assert self.process.stdin is not None
        pickle.dump(message, self.process.stdin)
        self.process.stdin.flush()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)
