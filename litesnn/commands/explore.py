"""`litesnn explore NETWORK|PROGRAM --profile a --profile b --set k=v1,v2`: what a network costs over settings of chips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from litesnn.base.bars import EngineProgress
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console, warn
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import JsonOption, SignOption, figure_and_value
from litesnn.commands.parts_options import MergeOption, PartOption, WorkersOption, chosen_plan, show_share
from litesnn.commands.places import output_places
from litesnn.compiler.origin.formats import foreign_suffixes

if TYPE_CHECKING:
    from litesnn.compiler.profile import Profile

SUFFIXES = (".html", ".csv", ".json")


def explore_command(
    network: Annotated[
        Path,
        typer.Argument(
            help=f"A genotype (.json), trained or not, a file of another tool ({foreign_suffixes()}), or a program."
        ),
    ],
    profiles: Annotated[
        list[str] | None,
        typer.Option("--profile", help="Hardware: a name or a .toml file; repeat it for more.", show_default="loihi2"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIGURE=V1,V2",
            help="Values to go through, e.g. cores=64,128; of figures that are lists with slashes, e.g. weight_bits=4,8/8. Repeat it "
            "for more figures: all combinations are tried.",
        ),
    ] = None,
    sign: SignOption = "auto",
    no_placement: Annotated[
        bool,
        typer.Option("--no-placement", help="Do not place the cores: faster, without traffic; the rest is the same."),
    ] = False,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Also write a page (.html), a table (.csv) or the rows (.json); repeat it for more. Rows that stand in the .json "
            "already are not computed again.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on from the .json of -o. It is done anyway: this only insists that there is one."
        ),
    ] = False,
    workers: WorkersOption = None,
    part: PartOption = None,
    merge: MergeOption = False,
    json_output: JsonOption = False,
) -> None:
    """Compile and map a network for every profile with every combination of settings: a row each, with figures or what refuses it.

    Rows that no other beats in cores, memory and latency are marked. Exit code 1 if no row fits.
    """
    with errors_to_exit():
        from litesnn.base.errors import OutputError
        from litesnn.base.output import write_atomically
        from litesnn.base.output_kinds import EXPLORATION, EXPLORATION_TABLE, PAGE
        from litesnn.compiler.profile import load_profile
        from litesnn.compiler.profile.uses import idle_settings
        from litesnn.display.exploration import exploration_table
        from litesnn.display.exploration_page import render_exploration
        from litesnn.jobs.explore import explore, parts_folder

        kinds = dict(zip(SUFFIXES, (PAGE, EXPLORATION_TABLE, EXPLORATION), strict=True))
        places = output_places(outputs or [], kinds)
        loaded = [load_profile(name) for name in profiles or ["loihi2"]]
        values = _values(settings or [], loaded[0])
        for line in idle_settings(loaded[0], values):
            warn(line)
        kept = places.get(".json")
        plan = chosen_plan(workers, part, merge)
        if kept is None and (resume or merge or part):
            raise OutputError(
                "--resume, --part and --merge: found without -o FILE.json; allowed with it, where rows are kept"
            )
        with EngineProgress() as progress:
            found = explore(
                network, loaded, values, sign=sign, place=not no_placement, file=kept, progress=progress, plan=plan
            )
        if plan.share is not None:
            show_share(plan, str(parts_folder(kept)) if kept else "")
            return
        for suffix, content in ((".html", render_exploration), (".csv", type(found).table)):
            if suffix in places:
                write_atomically(places[suffix], content(found).encode(), kinds[suffix])
        if json_output:
            print_json(found.document())
        else:
            console = stdout_console()
            console.print(exploration_table(found))
            for place in places.values():
                console.print(assembled("written to ", (str(place), "bold")))
        if not found.fitting:
            raise typer.Exit(FINDINGS)


def _values(settings: list[str], profile: Profile) -> dict[str, list[str]]:
    """Figure -> the texts of its values, as `--set` was typed."""
    from litesnn.compiler.exploration.grid import alternatives

    return {figure: alternatives(figure, text, profile) for figure, text in figure_and_value(settings).items()}
