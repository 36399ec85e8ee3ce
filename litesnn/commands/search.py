"""`litesnn search METHOD --dataset digits -o DIR`: one command for each method of the registry, with the options of its settings."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, say_notes, show_registers, stdout_console, warn
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.guard import ShownCommand, ShownGroup
from litesnn.commands.options import JsonOption
from litesnn.commands.parts_options import (
    MergeOption,
    PartOption,
    WorkersOption,
    chosen_plan,
    parts_bar,
    refuse_parts,
    show_share,
    threads_unsaid,
)
from litesnn.commands.reshaped import refusing, without
from litesnn.commands.run_options import (
    ExpectedOption,
    SeedsOption,
    TensorboardOption,
    expected_time_told,
    show_runs,
)
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.commands.standing import NAMED_PLUGINS
from litesnn.search.methods.method import SearchMethod, SearchOptions, Sweep
from litesnn.search.methods.registry import METHODS
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices

if TYPE_CHECKING:
    from litesnn.search.run.found import FoundRun
    from litesnn.search.run.history import SearchResult

SWEEP_PAGE = "sweep.html"
search_app = typer.Typer(
    name="search",
    cls=ShownGroup,
    no_args_is_help=True,
    help="Search an architecture for a data set; the genotype is then trained.",
    add_completion=False,
)


def search_command(method: SearchMethod[Any]) -> Callable[..., None]:
    """The command of a method."""
    sweep = method.sweep
    sweeping = typer.Option("--sweep", metavar=sweep.metavar, help=sweep.help) if sweep else None

    @settings_options(
        given=Options(method.settings_type, left_out=method.left_out),
        own=Options(OwnData),
        events=Options(EventChoices),
        sounds=Options(SoundChoices),
    )
    def command(
        dataset: Annotated[
            str,
            typer.Option(
                help="A data set that `litesnn train` knows, e.g. digits, or your own (`litesnn docs own-data`)."
            ),
        ],
        output: Annotated[
            Path, typer.Option("--output", "-o", help="Folder for genotype.json, history.json, report.html.")
        ],
        data_dir: Annotated[
            Path | None, typer.Option(help="Folder with the data set's files (digits needs none).")
        ] = None,
        events: Mapping[str, Any] = NONE_GIVEN,
        sounds: Mapping[str, Any] = NONE_GIVEN,
        own: Mapping[str, Any] = NONE_GIVEN,
        preset: Annotated[str, typer.Option(help=method.presets_about)] = next(iter(method.presets)),
        given: Mapping[str, Any] = NONE_GIVEN,
        sweep_texts: Annotated[list[str] | None, sweeping] = None,
        assignments: Annotated[
            list[str] | None,
            typer.Option(
                "--set",
                metavar="NAME=VALUE",
                help=f"Any other setting of `litesnn docs settings`, e.g. {method.example}.",
            ),
        ] = None,
        device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu",
        resume: Annotated[
            bool, typer.Option("--resume", help="Go on from OUTPUT/search.checkpoint if there is one.")
        ] = False,
        seeds: SeedsOption = None,
        workers: WorkersOption = None,
        part: PartOption = None,
        merge: MergeOption = False,
        tensorboard: TensorboardOption = False,
        expected_time: ExpectedOption = False,
        json_output: JsonOption = False,
    ) -> None:
        with errors_to_exit(), expected_time_told(json_output):
            from litesnn.base.output import check_file
            from litesnn.base.output_kinds import PAGE, SWEEP
            from litesnn.jobs.plugins import use_installed_plugins
            from litesnn.search.data import load_dataset
            from litesnn.search.data.chosen import chosen_preprocessing
            from litesnn.search.methods.several import Variant, over_seeds, parse_seeds, search_several
            from litesnn.search.run.output import check_search_output
            from litesnn.search.run.ranks import is_first_process
            from litesnn.search.settings.overrides import assigned

            use_installed_plugins()
            chosen = method.settings(preset, {**given, **assigned(assignments or [], method.example)})
            options = SearchOptions(
                device, resume, not json_output, tensorboard=tensorboard, only_expected=expected_time
            )
            plan = chosen_plan(workers, part, merge)
            how = chosen_preprocessing(EventChoices(**events), SoundChoices(**sounds))
            load = partial(load_dataset, dataset, data_dir, how, OwnData(**own))
            variants = sweep.variants(chosen, sweep_texts) if sweep and sweep_texts else [Variant("", chosen)]
            if (sweep_texts or seeds is not None) and not expected_time:
                warn(threads_unsaid(plan, chosen.threads))
                if seeds is not None:
                    variants = over_seeds(variants, parse_seeds(seeds))
                elif sweep:
                    check_file(output / sweep.file, SWEEP)
                    check_file(output / SWEEP_PAGE, PAGE)
                with parts_bar(plan) as progress:
                    runs = search_several(method, load, output, variants, options, plan, progress)
                if not is_first_process():
                    return
                if plan.share is not None:
                    show_share(plan, str(output))
                elif sweep and seeds is None:
                    _show_sweep(sweep, runs, output, json_output)
                else:
                    show_runs(runs, json_output)
                return
            refuse_parts(plan)
            check_search_output(output)
            data = load()
            if is_first_process():
                say_notes(data.notes)
            result = method.search(data, output, chosen, options)
            if is_first_process():
                _show(method, result, dataset, data_dir, json_output)

    command.__doc__ = method.about
    return refusing(command if sweep else without(command, "sweep_texts"), method.name, method.refused)


def _show(
    method: SearchMethod[Any], result: "SearchResult", dataset: str, data_dir: Path | None, json_output: bool
) -> None:
    from litesnn.base.output import write_atomically
    from litesnn.base.output_kinds import PAGE
    from litesnn.display.searches import shown_search

    history, shown = result.history, shown_search(method.name)
    write_atomically(result.path.with_name("report.html"), shown.page(result).encode(), PAGE)
    if json_output:
        print_json({"output": str(result.path), **history})
        return
    console = stdout_console()
    for line in shown.lines(history):
        console.print(line)
    train = ["litesnn", "train", str(result.path), "--dataset", dataset]
    train += [] if data_dir is None else ["--data-dir", str(data_dir)]
    train += [word for module in NAMED_PLUGINS for word in ("--plugin", module)]
    onwards = f"{shlex.join(train)}{method.training_options(history['settings'])}"
    written = f", with history.json and report.html; next: {onwards}"
    console.print(assembled("written to ", (str(result.path), "bold"), written))
    show_registers(result.path)


def _show_sweep(sweep: Sweep[Any], runs: "Sequence[FoundRun]", output: Path, json_output: bool) -> None:
    from litesnn.base.output import write_atomically
    from litesnn.base.output_kinds import PAGE
    from litesnn.display.run_page import render_comparison
    from litesnn.display.sweep import sweep_table
    from litesnn.search.run.comparison import Comparison

    points = sweep.points(output, runs, True)
    write_atomically(output / SWEEP_PAGE, render_comparison(Comparison.of(runs)).encode(), PAGE)
    if json_output:
        print_json({"output": str(output / "sweep.json"), "points": [asdict(point) for point in points]})
    else:
        stdout_console().print(sweep_table(sweep, points))


for _method in METHODS.values():
    search_app.command(_method.name, cls=ShownCommand, no_args_is_help=True)(search_command(_method))
