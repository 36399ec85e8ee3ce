"""Training a genotype: a float phase, then a phase in the chip's own arithmetic, then the files that the compiler reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import (
    Genotype,
    LoadedGenotype,
    TrainingRecord,
    dump_genotype,
    load_genotype,
    save_genotype,
)
from litesnn.compiler.genotype.files import AnyGenotype
from litesnn.compiler.profile import load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.search.data import Dataset, OwnData, load_for
from litesnn.search.data.own.records import check_same
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.registers import Tally
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.quantizer.edge import LITE
from litesnn.search.run.events import require_tensorboard
from litesnn.search.run.files import RunFiles
from litesnn.search.run.following import Follow, journal_of
from litesnn.search.run.machine import machine
from litesnn.search.run.output import check_training_output, training_checkpoint
from litesnn.search.run.precision import decided
from litesnn.search.run.run import Run
from litesnn.search.run.session import run_session, set_threads, shared_among_ranks, usable_device, versions
from litesnn.search.settings.overrides import with_settings
from litesnn.search.training.card import plot_epochs, training_card
from litesnn.search.training.history import write_history
from litesnn.search.training.loop import evaluate
from litesnn.search.training.phases import Phases, phases_of
from litesnn.search.training.preprocessing import recording_preprocessing, with_preprocessing
from litesnn.search.training.presets import preset as paper_preset
from litesnn.search.training.registers import LayerRegisters, Watch, by_layer
from litesnn.search.training.samples import Parts, prepare
from litesnn.search.training.sequential import check_sequential
from litesnn.search.training.settings import EpochReport, TrainingSettings
from litesnn.search.training.teachers import read_teachers

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class TrainingResult(Shown):
    """What a training produced: the written genotype with its record, where it lies, and one report per epoch.

    `registers`: the layers whose weights allow sums beyond the accumulator of the profile (without one: beyond the 24-bit current)
    """

    genotype: Genotype
    path: Path
    record: TrainingRecord
    history: tuple[EpochReport, ...]
    registers: tuple[LayerRegisters, ...] = ()

    def card(self) -> Card:
        """See `Shown`: what it reached, epoch by epoch."""
        return training_card(self)

    def plot_history(self, ax: Axes | None = None) -> Axes:
        """Accuracy on the validation part over the epochs; `MissingExtraError` where matplotlib is not installed."""
        return plot_epochs(self.history, self.genotype.name, ax)


def train_genotype(
    genotype: AnyGenotype,
    dataset: str | PathLike[str] | Dataset,
    out_path: str | PathLike[str],
    settings: TrainingSettings | Mapping[str, Any] | None = None,
    *,
    preset: str | None = None,
    data_dir: str | PathLike[str] | None = None,
    own: OwnData | None = None,
    other_data: bool = False,
    preprocessing: Mapping[str, Any] | None = None,
    profile: AnyProfile | None = None,
    teachers: Sequence[AnyGenotype] = (),
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    tensorboard: bool = False,
    only_expected: bool = False,
    on_epoch: Callable[[EpochReport], None] | None = None,
    on_data: Callable[[Dataset], None] | None = None,
) -> TrainingResult:
    """Train a genotype and write it, with its weights, to `out_path` (`.json`; the tensors lie beside it).

    The float phase trains quantized weights with snapped steps and the chip's rounded decay. Then every population's
    membrane_exp is chosen, and the fixed phase trains in the chip's arithmetic with steps, masks and statistics frozen.
    Kept are the weights that were best in `fixed` on a validation part of the training set; the test set is looked at once.
    A genotype with `quantizer.ends: float` has no fixed phase; its best weights in `float` are kept.
    The same seed gives the same result on one CPU. A genotype that has weights already is trained on from them. Several processes
    (`docs/training.md`) share every batch; the first one writes.

    Parameters
    ----------
    genotype : its path, its document, or what was read
    dataset : a name of `litesnn.search.data.DATASETS`, a place of one's own data (`load_dataset`), or a data set
    settings : epochs, batch size, learning rates, seed, ...: all of them, or by name those that differ from the preset's
    preset : settings of a paper, as `litesnn train --preset` has them; the defaults where left out
    data_dir : folder with the data set's files
    own : how one's own data are read, where that shall differ from what the genotype records
    other_data : train on other data than those that the genotype records; else those are refused
    preprocessing : fields of `EventFrames` that replace the genotype's; `frames` replaces its timesteps too
    profile : the chip that is trained for, as a name, a path or loaded: membrane units stay within its accumulator, and sums beyond it are counted
    teachers : trained genotypes of the same input and classes that are imitated besides the labels, by `settings.distill_weight`
    device : as torch names it: `cpu`, `cuda`, `cuda:1`
    resume : go on from `<out_path>.checkpoint`, written after every epoch, where there is one; the result equals that of an
        uninterrupted training
    progress : show a bar where somebody looks: a terminal, a notebook
    tensorboard : write event files into `<stem of out_path>.events`
    only_expected : raise `ExpectedTime` once the first batches said how long it takes; nothing is written
    on_epoch : called after every epoch, once its checkpoint is written; in the first process
    on_data : called with the data set before training begins

    Raises
    ------
    RegisterError
        Where a current leaves its register by more than one wrap in the fixed phase; the checkpoint of the epoch before is there.
    OutputError
        If `out_path` cannot be written, or something else stands there.
    GenotypeError, DataError, TrainingError
        For files, data or settings that do not fit, and for a loss that is not finite.
    """
    settings = _settings(settings, preset)
    chip = None if profile is None else load_profile(profile)
    target = Path(out_path)
    check_training_output(target)
    if tensorboard:
        require_tensorboard(TrainingError)
    set_threads(settings.threads)
    loaded = _as_told(load_genotype(genotype), settings)
    loaded = with_preprocessing(loaded, preprocessing or {})
    data = load_for(loaded.spec, dataset, data_dir, own or OwnData())
    if loaded.spec.data is not None and not other_data:
        check_same(loaded.spec.data, data, content_alone=True)
    if on_data is not None:
        on_data(data)
    loaded = replace(loaded, spec=loaded.spec.model_copy(update={"data": data.record}))
    loaded = recording_preprocessing(loaded, data)
    place = usable_device(device, TrainingError)
    ranks = shared_among_ranks(place, settings.batch_size, TrainingError)
    settings = replace(settings, precision=decided(settings.precision, place, ranks))
    taught = read_teachers(teachers, loaded.spec, settings, place)
    check_sequential(loaded.spec, loaded.topology, settings)
    parts = prepare(data, loaded.spec, settings.validation_fraction, settings.seed)
    parts = Parts(parts.train.to(place), parts.validation.to(place), parts.test.to(place))
    model = SpikingModel.from_genotype(loaded, settings.seed).to(place)
    watch = Watch(chip)
    identity = {**_identity(loaded, data, settings), **taught.identity, **ranks.identity}
    if chip is not None:
        identity["accumulator"] = watch.limit
    work = Phases(model=model, parts=parts, settings=settings, ranks=ranks, watch=watch, teachers=taught)
    files = RunFiles.of_training(target)
    follow = Follow(
        files,
        journal_of("training", "train", data, settings.as_dict(), "epochs", work.total, network=loaded.spec.name),
        machine(place),
        versions=versions(),
        processes=ranks.count,
        events=tensorboard,
        only_expected=only_expected,
        shown=progress,
    )
    run = Run("training", TrainingError, training_checkpoint(target), identity=identity, follow=follow, ranks=ranks)
    with run_session(progress, ranks, TrainingError) as bar:
        run.go(work, bar, resume, on_epoch)
        history = work.keep_best()
        record, registers = _record(work, data)

        def write() -> None:
            write_history(files.history, data, record, history, loaded.spec)
            save_genotype(export_document(model, record), export_tensors(model), target)

        run.finish(write)
    return TrainingResult(
        genotype=load_genotype(target).spec, path=target, record=record, history=history, registers=registers
    )


def _settings(given: TrainingSettings | Mapping[str, Any] | None, preset: str | None) -> TrainingSettings:
    if isinstance(given, TrainingSettings):
        return given
    start = TrainingSettings() if preset is None else paper_preset(preset)
    return with_settings(start, given) if given else start


def _as_told(loaded: LoadedGenotype, settings: TrainingSettings) -> LoadedGenotype:
    """The genotype with the reset and the gradient that the settings name."""
    changes: dict[str, Any] = {}
    if settings.reset is not None:
        changes["neuron"] = loaded.spec.neuron.resetting(settings.reset)
    quantizer = loaded.spec.quantizer or LITE
    if settings.straight_through not in (None, quantizer.straight_through):
        changes["quantizer"] = quantizer.model_copy(update={"straight_through": settings.straight_through})
    return replace(loaded, spec=loaded.spec.model_copy(update=changes)) if changes else loaded


def _record(work: Phases, data: Dataset) -> tuple[TrainingRecord, tuple[LayerRegisters, ...]]:
    model, settings, ranks = work.model, work.settings, work.ranks
    accuracy_float, _ = evaluate(model, work.parts.test, "float", ranks)
    accuracy_fixed, registers = None, tuple[LayerRegisters, ...]()
    if "fixed" in phases_of(model):
        tally = model.tally = Tally(work.watch.limit, work.watch.on_host(model))
        accuracy_fixed = evaluate(model, work.parts.test, "fixed", ranks)[0]
        model.tally = None
        registers = by_layer(model, work.watch, tally, ranks)
    record = TrainingRecord(
        dataset=data.name,
        seed=settings.seed,
        epochs=settings.epochs + settings.fixed_epochs,
        test_samples=len(work.parts.test.y),
        accuracy_float=accuracy_float,
        accuracy_fixed=accuracy_fixed,
        settings={**settings.as_dict(), **work.trainee.teachers.identity, **ranks.identity},
        versions=versions(),
    )
    return record, registers


def _identity(loaded: LoadedGenotype, data: Dataset, settings: TrainingSettings) -> dict[str, Any]:
    spec = loaded.spec.model_copy(update={"data": None})  # which stand beside it
    document = hashlib.sha256(dump_genotype(spec)).hexdigest()
    own = {} if data.record is None else {"data_sha256": data.record.sha256}
    shapes = {
        "dataset": data.name,
        "train_shape": list(data.x_train.shape),
        "test_shape": list(data.x_test.shape),
        **own,
    }
    return {"genotype": document, **shapes, **settings.as_dict()}
