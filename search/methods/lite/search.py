"""The LitE-SNN search as one run: data set in, genotype and history out, resumable after every epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from litesnn.base.errors import SearchError
from litesnn.reading import is_there
from litesnn.search.data import Dataset, given_dataset
from litesnn.search.methods.lite.chip_prices import check_reset
from litesnn.search.methods.lite.history import METHOD, EpochRow
from litesnn.search.methods.lite.method import LITESNN
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.work import Epochs
from litesnn.search.run.events import require_tensorboard
from litesnn.search.run.files import RunFiles
from litesnn.search.run.following import Follow, journal_of
from litesnn.search.run.history import SearchResult, search_identity
from litesnn.search.run.machine import machine
from litesnn.search.run.output import CHECKPOINT_FILE, check_search_output
from litesnn.search.run.precision import decided
from litesnn.search.run.run import Run
from litesnn.search.run.session import run_session, set_threads, shared_among_ranks, usable_device, versions


def search_genotype(
    dataset: str | PathLike[str] | Dataset,
    out_dir: str | PathLike[str],
    settings: SearchSettings | Mapping[str, Any] | None = None,
    *,
    preset: str = "tiny",
    data_dir: str | PathLike[str] | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    tensorboard: bool = False,
    only_expected: bool = False,
    on_epoch: Callable[[EpochRow], None] | None = None,
) -> SearchResult:
    """Search a network for a data set; writes `genotype.json` (untrained) and `history.json` into `out_dir`.

    The test set is not looked at. The same seed, settings and threads give the same files on one CPU. Several processes
    (`docs/training.md`) share every batch; the first one writes.

    Parameters
    ----------
    dataset : a name of `litesnn.search.data.DATASETS`, a place of one's own data (`load_dataset`), or a data set
    settings : all of them, or by name those that differ from the preset's, as `litesnn search litesnn --set` has them
    preset : `tiny`, minutes on a CPU, or a scale of the paper
    data_dir : folder with the data set's files
    device : as torch names it
    resume : go on from `search.checkpoint` in `out_dir`, written after every epoch, where there is one
    progress : show a bar where somebody looks: a terminal, a notebook
    tensorboard : write event files into `out_dir/events`
    only_expected : raise `ExpectedTime` once the first batches said how long it takes; nothing is written
    on_epoch : called after every epoch, once its checkpoint is written; in the first process

    Raises
    ------
    OutputError
        If `out_dir` cannot be written, or holds other files of these names.
    SearchError, DataError
        For settings or data that do not fit, and for a loss that is not finite.
    """
    if not isinstance(settings, SearchSettings):
        settings = LITESNN.settings(preset, settings or {})
    check_reset(settings)
    check_search_output(Path(out_dir))
    if tensorboard:
        require_tensorboard(SearchError)
    set_threads(settings.threads)
    data = given_dataset(dataset, data_dir)
    place = usable_device(device, SearchError)
    ranks = shared_among_ranks(place, settings.batch_size, SearchError)
    settings = replace(settings, precision=decided(settings.precision, place, ranks))
    identity = {"method": METHOD, **search_identity(data, settings.as_dict()), **ranks.identity}
    follow = Follow(
        RunFiles.of_search(Path(out_dir)),
        journal_of("search", METHOD, data, settings.as_dict(), "epochs", settings.epochs),
        machine(place),
        versions=versions(),
        processes=ranks.count,
        events=tensorboard,
        only_expected=only_expected,
        shown=progress,
    )
    run = Run("search", SearchError, Path(out_dir) / CHECKPOINT_FILE, identity=identity, follow=follow, ranks=ranks)
    with run_session(progress, ranks, SearchError) as bar:
        work = Epochs(data=data, settings=settings, device=place, ranks=ranks, bar=bar)
        if not (resume and is_there(run.checkpoint)):
            work.find_prices()
        run.go(work, bar, resume, on_epoch)
        result = work.result(Path(out_dir))
        run.finish(result.write)
    return result
