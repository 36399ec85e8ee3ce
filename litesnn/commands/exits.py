"""How a command ends: 0 fine, 1 findings or mismatching spikes, 2 wrong usage or input (any `LiteSNNError`)."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from litesnn.base.errors import LiteSNNError
from litesnn.base.terminal import Terminal, stderr_console
from litesnn.base.verbosity import VERBOSITY

FINDINGS, USAGE = 1, 2


def fail(error: LiteSNNError) -> NoReturn:
    """Print an error as it stands and exit with 2; of torchrun's processes those after the first say which they are."""
    rank = os.environ.get("RANK", "0")
    name = "error" if rank == "0" else f"error in process {int(rank) + 1}"
    if VERBOSITY.verbose:
        stderr_console().print("".join(traceback.format_exception(error)), style="dim")
    Terminal(stderr=True, soft_wrap=True).print(f"{name}: {error}", style="red")
    raise typer.Exit(USAGE)


def require_working_directory() -> None:
    """Exit with a message where the working directory was deleted: libraries that torch loads end the process without a useful one."""
    try:
        os.getcwd()
    except OSError as error:
        Terminal(stderr=True, soft_wrap=True).print(
            f"error: the working directory is gone ({error.strerror}): change to one that exists"
        )
        sys.exit(USAGE)


@contextmanager
def errors_to_exit() -> Iterator[None]:
    """Turn every `LiteSNNError` into its message and exit code 2."""
    try:
        yield
    except LiteSNNError as error:
        fail(error)
