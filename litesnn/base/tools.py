"""Programs of others, such as compilers: run to their end, or ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


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
