"""What all commands share: option types, consoles, progress, errors and exit codes.

Exit codes: 0 fine, 1 findings or mismatching spikes, 2 wrong usage or input (any `LiteSNNError`).
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from litesnn.base.errors import LiteSNNError, ProfileError
from litesnn.base.progress import bar_columns
from litesnn.base.terminal import Terminal, shown
from litesnn.base.verbosity import VERBOSITY

if TYPE_CHECKING:
    from litesnn.compiler.profile import Profile

FINDINGS, USAGE = 1, 2
LONGEST_TIMEOUT = 7 * 24 * 3600  # seconds

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ProfileOption = Annotated[str, typer.Option(help="Hardware: a name from `litesnn profiles`, or a .toml file.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FIGURE=VALUE", help="Change a figure of the profile, e.g. cores=120; repeat it for more."
    ),
]
SignOption = Annotated[
    Literal["auto", "split", "mixed"],
    typer.Option(help="How weights of both signs are stored; auto takes the cheaper."),
]
DataDirOption = Annotated[Path | None, typer.Option(help="Folder with the data set the genotype was trained on.")]
InputOption = Annotated[
    Path | None,
    typer.Option("--input", help="Verify on these integers instead: .npy, (N,C,H,W) or spikes (N,T,C,H,W)."),
]
LabelsOption = Annotated[Path | None, typer.Option("--labels", help="Classes of --input: .npy, (N,).")]
SeedOption = Annotated[int, typer.Option(help="Seed of random inputs, where no data is at hand.")]
DeviceOption = Annotated[
    str, typer.Option(help="Where the exact simulator computes: cpu, cuda, cuda:1, ...; the integers are the same.")
]
LavaSamplesOption = Annotated[
    int | None,
    typer.Option(
        "--samples",
        parser=lambda text: sample_count(text),
        metavar="N|all",
        help="Samples that also run in Lava; all run in the other engines. 0 simulates nothing, and verifies nothing.",
    ),
]
NoLavaOption = Annotated[
    bool,
    typer.Option("--no-lava", help="Leave Lava out, where it is not installed; the other engines run all samples."),
]
ModelsOption = Annotated[
    Literal["stock", "fast", "fused"],
    typer.Option(
        help="Models that Lava runs: its own (the oracle), our fast ones, or the exact simulator for the whole network (test sets)."
    ),
]
LavaTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lava-timeout",
        parser=lambda text: seconds(text),
        metavar="SECONDS",
        help="Give Lava up after so long without a sign of life: its start, or a step of a large network. Dead or stopped processes of "
        "it are noticed within seconds in any case.",
    ),
]


def seconds(text: object) -> float:
    """A time limit above 0."""
    try:
        found = float(str(text))
    except ValueError:
        found = -1.0
    if not 0 < found <= LONGEST_TIMEOUT:
        raise typer.BadParameter(f"found '{text}'; allowed: seconds above 0, up to {LONGEST_TIMEOUT:,}")
    return found


def sample_count(text: object) -> int | None:
    """A number of samples, None for "all"."""
    if text == "all":
        return None
    try:
        count = int(str(text))
    except ValueError:
        count = -1
    if count < 0:
        raise typer.BadParameter(f"found '{text}'; allowed: 0 or more, or all")
    return count


def ignored_inputs(**given: Path | None) -> str:
    """What to say of inputs that were given with `--samples 0`, which reads none; empty without them."""
    names = [f"--{name.replace('_', '-')}" for name, path in given.items() if path is not None]
    return f"{' and '.join(names)} not read: --samples 0 simulates nothing" if names else ""


def warn(text: str) -> None:
    """One line on standard error; nothing for an empty text."""
    if text:
        Terminal(stderr=True, soft_wrap=True).print(f"warning: {text}", style="yellow")


def stdout_console() -> Terminal:
    """Results go here; wide enough for tables when piped."""
    console = Terminal()
    console = console if console.is_terminal else Terminal(width=140)
    console.quiet = VERBOSITY.quiet
    return console


def stderr_console() -> Terminal:
    """What is said beside the results goes here."""
    console = Terminal(stderr=True)
    console = console if console.is_terminal else Terminal(stderr=True, width=140)
    console.quiet = VERBOSITY.quiet
    return console


def say(step: str) -> None:
    """Say a step of a verbose command on standard error, with the seconds since its start."""
    if VERBOSITY.verbose:
        stderr_console().print(f"[{VERBOSITY.seconds:8.2f} s] {step}", style="dim")


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON object on standard output, in ASCII: JSON's own escapes for all else, and for DEL, which `dumps` leaves."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False).replace("\x7f", "\\u007f") + "\n")


def show_registers(path: Path) -> None:
    """On standard output, what of an untrained genotype is not certain to fit the shipped chips."""
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.rules.untrained_rules import chips_that_may_overflow
    from litesnn.display.registers import may_overflow

    for line in may_overflow(chips_that_may_overflow(load_genotype(path).spec)):
        stdout_console().print(line)


def chosen_profile(name: str, settings: list[str] | None) -> Profile:
    """The profile with the figures that `--set` changes; a line on standard error for each that nothing depends on."""
    from litesnn.compiler.profile import load_profile
    from litesnn.compiler.profile.ranges import short
    from litesnn.compiler.profile.uses import idle_settings

    overrides: dict[str, str] = {}
    for setting in settings or []:
        figure, equals, value = setting.partition("=")
        figure = figure.strip()
        if not (equals and figure):
            raise ProfileError(f"--set: found {short(setting)}; allowed: FIGURE=VALUE, e.g. cores=120")
        if figure in overrides:
            raise ProfileError(f"--set: found {short(figure)} twice; allowed: each figure once")
        overrides[figure] = value
    profile = load_profile(name, overrides=overrides)
    for line in idle_settings(profile, overrides):
        warn(line)
    return profile


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


class EngineProgress:
    """One bar per engine on standard error, with rate and remaining time; silent when that is not a terminal, or with `-q`."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Terminal(stderr=True)
        self.bar = Progress(
            *bar_columns("{task.description:>14}"),
            console=console,
            transient=True,
            disable=VERBOSITY.quiet or not console.is_terminal,
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> EngineProgress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, engine: str, done: int, total: int) -> None:
        """Show that an engine has done `done` of `total` (samples, or steps for Lava)."""
        if engine not in self.tasks:
            self.tasks[engine] = self.bar.add_task(engine)
            say(f"{engine}: begun, {total:,} to do")
        if done == total:
            say(f"{engine}: all {total:,} done")
        self.bar.update(self.tasks[engine], completed=done, total=total)


class StepProgress:
    """What is being done, one step at a time, on standard error; silent when that is not a terminal, or with `-q`."""

    def __init__(self, title: str) -> None:
        self.title = title
        console = Terminal(stderr=True)
        self.status = console.status(shown(f"{title} ...")) if console.is_terminal and not VERBOSITY.quiet else None

    def __enter__(self) -> StepProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()

    def __call__(self, step: str) -> None:
        """Show the step."""
        say(f"{self.title}: {step}")
        if self.status is not None:
            self.status.start()
            self.status.update(shown(f"{self.title}: {step}"))
