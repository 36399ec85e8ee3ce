"""Options that several commands have: their types, the values that they take, and the profile that they choose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from litesnn.base.errors import ProfileError
from litesnn.commands.consoles import warn

if TYPE_CHECKING:
    from litesnn.compiler.profile import Profile

LONGEST_TIMEOUT = 7 * 24 * 3600  # seconds

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ProfileOption = Annotated[str, typer.Option(help="Hardware: a name from `litesnn profiles`, or a .toml file.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FIGURE=VALUE", help="Change a figure of the profile, e.g. cores=120; repeat it for more."
    ),
]
RulesOption = Annotated[
    str | None,
    typer.Option(
        "--rules",
        metavar="NAME",
        help="Count by a rule set of the profile: intel-log, what Intel's compiler was seen to do on Loihi 2.",
    ),
]
PlacementOption = Annotated[
    Literal["balanced", "hops", "busiest-link", "energy-delay"],
    typer.Option(
        help="What the places of cores are chosen for: nearly the fewest hops with a calm busiest link, the fewest hops, the "
        "least busiest link, or energy times delay of the packets by the profile's figures."
    ),
]
SignOption = Annotated[
    Literal["auto", "split", "mixed"],
    typer.Option(help="How weights of both signs are stored; auto takes the cheaper."),
]
DataDirOption = Annotated[Path | None, typer.Option(help="Folder with the data set the genotype was trained on.")]
DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        help="Your own data that the genotype was made for, where they lie now; refused if they are others.",
    ),
]
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


def was_given(context: typer.Context, parameter: str) -> bool:
    """Whether a parameter was typed, not left at its default."""
    return getattr(context.get_parameter_source(parameter), "name", "DEFAULT") != "DEFAULT"


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


def ignored_inputs(**given: Path | str | None) -> str:
    """What to say of inputs that were given with `--samples 0`, which reads none; empty without them."""
    names = [f"--{name.replace('_', '-')}" for name, path in given.items() if path is not None]
    return f"{' and '.join(names)} not read: --samples 0 simulates nothing" if names else ""


def chosen_profile(name: str, settings: list[str] | None, rules: str | None = None) -> Profile:
    """The profile, by the rule set that `--rules` names, with the figures that `--set` changes; a line on standard error for each that nothing depends on."""
    from litesnn.compiler.profile import load_profile
    from litesnn.compiler.profile.uses import idle_settings

    overrides = figure_and_value(settings or [])
    profile = load_profile(name, overrides=overrides, rules=rules)
    for line in idle_settings(profile, overrides):
        warn(line)
    return profile


def figure_and_value(settings: list[str]) -> dict[str, str]:
    """Figure -> text, as `--set` was typed."""
    from litesnn.compiler.profile.ranges import short

    found: dict[str, str] = {}
    for setting in settings:
        figure, equals, value = setting.partition("=")
        figure = figure.strip()
        if not (equals and figure):
            raise ProfileError(f"--set: found {short(setting)}; allowed: FIGURE=VALUE, e.g. cores=120")
        if figure in found:
            raise ProfileError(f"--set: found {short(figure)} twice; allowed: each figure once")
        found[figure] = value
    return found
