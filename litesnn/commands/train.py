"""`litesnn train GENOTYPE --dataset digits`: train the PyTorch model of a genotype, last in the chip's own arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.errors import TrainingError
from litesnn.base.terminal import assembled, stderr_console
from litesnn.commands.consoles import print_json, say_notes, stdout_console, warn
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption, SetOption, chosen_profile
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
from litesnn.commands.run_options import (
    ExpectedOption,
    SeedsOption,
    TensorboardOption,
    expected_time_told,
    show_runs,
)
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.search.settings.own_data import EventChoices, OwnData
from litesnn.search.training.presets import preset as paper_preset
from litesnn.search.training.settings import TrainingSettings

if TYPE_CHECKING:
    from litesnn.base.parts.compute import Plan
    from litesnn.compiler.genotype import TrainingRecord
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.rules import Finding
    from litesnn.search.data import Dataset
    from litesnn.search.methods.several import Variant


@settings_options(
    given=Options(TrainingSettings, TrainingSettings()), own=Options(OwnData), events=Options(EventChoices)
)
def train_command(
    genotype: Annotated[Path, typer.Argument(help="A genotype, .json; with weights, training goes on from them.")],
    dataset: Annotated[
        str,
        typer.Option(
            help="A name of `litesnn docs training`, e.g. digits, cifar10, or your own data (`litesnn docs own-data`)."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Trained genotype to write; NAME-trained.json if left out.")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder with the data set's files (digits needs none).")] = None,
    events: Mapping[str, Any] = NONE_GIVEN,
    own: Mapping[str, Any] = NONE_GIVEN,
    other_data: Annotated[
        bool,
        typer.Option("--other-data", help="Train on other data than those of one's own that the genotype records."),
    ] = False,
    preset: Annotated[
        str | None,
        typer.Option(help="Settings of a paper, e.g. qp-cifar, qp-cifar-finetune; options given here go first."),
    ] = None,
    given: Mapping[str, Any] = NONE_GIVEN,
    teachers: Annotated[
        list[Path] | None,
        typer.Option(
            "--teacher",
            metavar="GENOTYPE",
            help="A trained genotype to imitate besides the labels (knowledge distillation); repeat it for the mean of several.",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu",
    profile: Annotated[
        str | None,
        typer.Option(
            help="Chip to train for: membranes stay within its accumulator, and layers that can pass it are shown, before and after."
        ),
    ] = None,
    profile_settings: SetOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from OUTPUT.checkpoint if there is one.")] = False,
    seeds: SeedsOption = None,
    workers: WorkersOption = None,
    part: PartOption = None,
    merge: MergeOption = False,
    tensorboard: TensorboardOption = False,
    expected_time: ExpectedOption = False,
    json_output: JsonOption = False,
) -> None:
    """Train a genotype: a float phase with quantized, pruned weights, then a phase in the chip's integers.

    The weights that are best on a validation part (in fixed point) are kept; the test set is looked at once. A checkpoint is
    written after every epoch and removed at the end. `torchrun --nproc-per-node N -m litesnn train ...` shares every batch among N
    processes.
    """
    with errors_to_exit(), expected_time_told(json_output):
        from litesnn.display.registers import may_overflow
        from litesnn.search.run.output import check_training_output

        target = output or Path(f"{genotype.stem}-trained.json")
        if seeds is None:
            check_training_output(target)
        from litesnn.search.methods.several import Variant, over_seeds, parse_seeds
        from litesnn.search.run.ranks import is_first_process
        from litesnn.search.training.train import train_genotype

        settings = replace(TrainingSettings() if preset is None else paper_preset(preset), **given)
        if profile is None and profile_settings:
            raise TrainingError("--set: found without --profile; it changes figures of the chip that is trained for")
        alone = [name for name in given if name.startswith("distill_")]
        if alone and not teachers:
            raise TrainingError(
                f"--{alone[0].replace('_', '-')}: found without --teacher; it says how a teacher is imitated"
            )
        chip = None if profile is None else chosen_profile(profile, profile_settings)
        if is_first_process():
            for line in may_overflow({profile or "every chip": _not_certain(genotype, chip)}):
                stderr_console().print(line)
        options: dict[str, Any] = {
            "data_dir": data_dir,
            "own": OwnData(**own),
            "other_data": other_data,
            "preprocessing": EventChoices(**events).given,
            "profile": chip,
            "teachers": tuple(teachers or ()),
            "device": device,
            "resume": resume,
            "progress": not json_output,
            "tensorboard": tensorboard,
            "on_data": _say_notes,
        }
        plan = chosen_plan(workers, part, merge)
        if seeds is not None and not expected_time:
            _train_seeds(
                genotype, dataset, target, over_seeds([Variant("", settings)], parse_seeds(seeds)), options, plan
            )
            return
        refuse_parts(plan)
        result = train_genotype(genotype, dataset, target, settings, **options, only_expected=expected_time)
        record = result.record
        if not is_first_process():
            return
        if json_output:
            print_json(
                {
                    "output": str(result.path),
                    **record.model_dump(mode="json"),
                    "history": [asdict(e) for e in result.history],
                    "registers": [asdict(layer) for layer in result.registers],
                }
            )
        else:
            trained = (
                f"trained on {record.dataset}: test accuracy {_accuracies(record)} on {record.test_samples} samples; "
            )
            stdout_console().print(assembled(f"{trained}written to ", (str(result.path), "bold")))
            for layer in result.registers:
                stdout_console().print(
                    f"! {layer.population}: its weights allow sums up to {layer.reach:,}; the accumulator holds {layer.limit:,}; "
                    f"{layer.sums:,} sums of the test set were beyond it",
                    style="yellow",
                )


def _train_seeds(
    genotype: Path, dataset: str, output: Path, variants: list[Variant], options: dict[str, Any], plan: Plan
) -> None:
    from litesnn.base.parts.part import InTurn
    from litesnn.search.methods.several import train_several
    from litesnn.search.run.ranks import is_first_process

    warn(threads_unsaid(plan, variants[0].settings.threads))
    json_output = not options["progress"]
    options["progress"] = options["progress"] and isinstance(plan.engine, InTurn)
    with parts_bar(plan) as progress:
        train = partial(_trained, genotype, dataset, options)
        runs = train_several(train, output, variants, options["resume"], plan, progress)
    if not is_first_process():
        return
    if plan.share is not None:
        show_share(plan, str(output.parent))
    else:
        show_runs(runs, json_output)


def _trained(genotype: Path, dataset: str, options: dict[str, Any], path: Path, settings: TrainingSettings) -> None:
    from litesnn.search.training.train import train_genotype

    train_genotype(genotype, dataset, path, settings, **options)


def _say_notes(data: Dataset) -> None:
    from litesnn.search.run.ranks import is_first_process

    if is_first_process():
        say_notes(data.notes)


def _not_certain(genotype: Path, chip: Profile | None) -> list[Finding]:
    """What shapes, bits and input leave open before the first epoch."""
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.rules.untrained_rules import sums_fit

    return [finding for finding in sums_fit(load_genotype(genotype).spec, chip) if finding.severity != "ok"]


def _accuracies(record: TrainingRecord) -> str:
    if record.accuracy_fixed is None:
        return f"{record.accuracy_float:.2%} float (not to be deployed: quantizer.ends is 'float')"
    return f"{record.accuracy_fixed:.2%} fixed, {record.accuracy_float:.2%} float"
