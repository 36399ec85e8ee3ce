"""The command line: `litesnn COMMAND` and `litesnn-compile`, which is `litesnn compile`."""

from __future__ import annotations

import signal
import sys

import typer

from litesnn.base.interruption import Terminated, orderly_end
from litesnn.base.streams import StandardStreams
from litesnn.commands.check import check_command
from litesnn.commands.compile import compile_command
from litesnn.commands.diff import diff_command
from litesnn.commands.docs import docs_command
from litesnn.commands.estimate import estimate_command
from litesnn.commands.exits import USAGE, require_working_directory
from litesnn.commands.export import export_command
from litesnn.commands.guard import LoneCommand, ShownCommand, ShownGroup, guard, guard_tracebacks
from litesnn.commands.import_ import import_command
from litesnn.commands.info import info_command
from litesnn.commands.new import new_command
from litesnn.commands.profiles import profiles_command
from litesnn.commands.prune import prune_command
from litesnn.commands.report import report_command
from litesnn.commands.rules import rules_command
from litesnn.commands.run import run_command
from litesnn.commands.search import search_app
from litesnn.commands.train import train_command
from litesnn.commands.verify import verify_command

HELP_NAMES = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="litesnn",
    cls=ShownGroup,
    help="Compile searched spiking networks to Loihi-style fixed-point hardware: the same spikes, a known cost.",
    no_args_is_help=True,
    context_settings=HELP_NAMES,
    pretty_exceptions_enable=False,
)
for name, command in (
    ("compile", compile_command),
    ("new", new_command),
    ("train", train_command),
    ("prune", prune_command),
    ("estimate", estimate_command),
    ("check", check_command),
    ("run", run_command),
    ("verify", verify_command),
    ("import", import_command),
    ("export", export_command),
    ("diff", diff_command),
    ("info", info_command),
    ("report", report_command),
    ("profiles", profiles_command),
    ("rules", rules_command),
    ("docs", docs_command),
):
    app.command(name, cls=ShownCommand, no_args_is_help=name not in ("docs", "profiles", "rules"))(command)
app.add_typer(search_app, name="search")

compile_app = typer.Typer(
    name="litesnn-compile", no_args_is_help=True, context_settings=HELP_NAMES, pretty_exceptions_enable=False
)
compile_app.command(cls=LoneCommand, context_settings=HELP_NAMES)(compile_command)


def main() -> None:
    """Entry point of `litesnn`."""
    sys.exit(_run(app))


def compile_main() -> None:
    """Entry point of `litesnn-compile`."""
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
