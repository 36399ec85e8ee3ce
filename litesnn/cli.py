"""The command line: `litesnn COMMAND` and `litesnn-compile`, which is `litesnn compile`."""

from __future__ import annotations

import signal
import sys

import typer

from litesnn.base.interruption import Terminated, orderly_end
from litesnn.base.streams import StandardStreams
from litesnn.commands.exits import USAGE, require_working_directory
from litesnn.commands.guard import guard, guard_tracebacks
from litesnn.commands.standing import HELP_NAMES
from litesnn.commands.table import AllCommands

app = typer.Typer(
    name="litesnn",
    cls=AllCommands,
    help="Compile searched spiking networks to Loihi-style fixed-point hardware: the same spikes, a known cost.",
    no_args_is_help=True,
    context_settings=HELP_NAMES,
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands() -> None:
    """What typer makes a group of; its commands come from the table."""


def main() -> None:
    """Entry point of `litesnn`."""
    sys.exit(_run(app))


def compile_main() -> None:
    """Entry point of `litesnn-compile`."""
    from litesnn.commands.compile import compile_app

    sys.exit(_run(compile_app))


def _run(commands: typer.Typer) -> int:
    """Run the command line with everything that is printed guarded.

    Its exit code: 130, 143 and 129 after Ctrl-C, SIGTERM and SIGHUP, and 2 where results were not printed.
    """
    streams = StandardStreams()
    try:
        require_working_directory()
        guard()
        with orderly_end():
            commands()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except Terminated as end:
        code = end.exit_code
        print(f"ended by {signal.Signals(end.number).name}", file=sys.stderr)
    finally:
        guard_tracebacks()  # typer, when called, takes the hook for tracebacks
    problem = streams.finish()
    if problem is not None:
        print(
            f"error: cannot print to standard output: {problem} (the command itself ended with {code})", file=sys.stderr
        )
        code = max(code, USAGE)
    return code
