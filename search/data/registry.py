"""The data sets LiteSNN knows, by name, each with the files it wants and how its recordings are prepared."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fspath
from pathlib import Path

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, Genotype, Mfcc
from litesnn.search.data.arrays import load_cifar
from litesnn.search.data.audio import load_fsdd, load_gsc
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.digits import load_digits
from litesnn.search.data.events import load_events
from litesnn.search.data.idx import load_idx_dataset
from litesnn.search.data.own.made import Source
from litesnn.search.data.own.records import as_recorded, with_record
from litesnn.search.settings.own_data import NOTHING_SAID, OwnData

Loader = Callable[[str, Path | None], Dataset]

IMAGES: dict[str, Loader] = {
    "digits": lambda name, data_dir: load_digits(name),
    "mnist": load_idx_dataset,
    "fashion_mnist": load_idx_dataset,
    "cifar10": load_cifar,
    "cifar100": load_cifar,
}
SOUNDS: dict[str, Callable[[str, Path | None, Mfcc], Dataset]] = {
    "speech_commands": load_gsc,
    "spoken_digits": load_fsdd,
}
EVENTS: dict[str, Callable[[str, Path | None, EventFrames], Dataset]] = {
    "nmnist": load_events,
    "dvs128_gesture": load_events,
}
DATASETS = (*IMAGES, *SOUNDS, *EVENTS)
"""All names."""
BUNDLED = frozenset({"digits"})
"""Those that come with a library and need no folder."""


def load_dataset(
    name: str | PathLike[str],
    data_dir: str | PathLike[str] | None = None,
    preprocessing: EventFrames | Mfcc | None = None,
    own: OwnData = NOTHING_SAID,
    recorded: OwnData = NOTHING_SAID,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : one of `DATASETS` (`digits` is bundled with scikit-learn), or one's own: an .npz file, a folder of images, of event
        recordings or of sounds by class, `tonic:NAME`, `torchvision:NAME`, `package.module:function`, or a name that an installed package offers
    data_dir : folder with the files of a data set that is given by name; unused for `digits`
    preprocessing : how recordings become arrays: `EventFrames` for events, `Mfcc` for sounds; their defaults where left out
    own : how one's own data are read
    recorded : how they were read before, for what `own` does not say

    Raises
    ------
    DataError
        For an unknown name, a missing folder or file, a file of another format, or a preprocessing of another kind of data.
    """
    folder = None if data_dir is None else Path(data_dir)
    text = fspath(name)
    if text not in DATASETS:
        from litesnn.search.data.own.sources import Asked, load_own

        return load_own(Asked(text, folder, own=own, how=preprocessing, recorded=recorded), DATASETS)
    if own.given:
        options = ", ".join(f"--{option.replace('_', '-')}" for option in own.given)
        raise DataError(
            f"{text}: found {options}; allowed with one's own data (for a file or folder of this name: ./{text})"
        )
    if text in EVENTS and (preprocessing is None or isinstance(preprocessing, EventFrames)):
        return EVENTS[text](text, folder, preprocessing or EventFrames())
    if text in SOUNDS and (preprocessing is None or isinstance(preprocessing, Mfcc)):
        return SOUNDS[text](text, folder, preprocessing or Mfcc())
    if text in IMAGES and preprocessing is None:
        return IMAGES[text](text, folder)
    assert preprocessing is not None
    allowed = "event_frames" if text in EVENTS else "mfcc" if text in SOUNDS else "none"
    raise DataError(f"{text}: found preprocessing '{preprocessing.kind}'; allowed: {allowed}")


def has_recordings(name: str) -> bool:
    """Whether a data set holds recordings of events, which become as many frames as one says."""
    if name in DATASETS:
        return name in EVENTS
    from litesnn.search.data.own.sources import Asked, way_of

    way = way_of(Asked(name, None, NOTHING_SAID, None))
    return way is not None and way.prepared is EventFrames


def given_dataset(
    dataset: str | PathLike[str] | Dataset, data_dir: str | PathLike[str] | None = None, own: OwnData = NOTHING_SAID
) -> Dataset:
    """A data set by name or place, or one that was made in Python, with its record."""
    if isinstance(dataset, Dataset):
        return dataset if dataset.name in DATASETS else with_record(dataset, Source(dataset.name, "arrays"))
    return load_dataset(dataset, data_dir, own=own)


def load_for(
    genotype: Genotype,
    dataset: str | PathLike[str] | Dataset,
    data_dir: str | PathLike[str] | None = None,
    own: OwnData = NOTHING_SAID,
) -> Dataset:
    """A data set prepared as a genotype records it; where it records nothing, with the data set's defaults and a frame per step.

    Whether it is the one that the genotype was made for is the caller's question: `same.check_same`.
    """
    if isinstance(dataset, Dataset):
        return given_dataset(dataset)
    preprocessing = genotype.input.preprocessing
    if preprocessing is None and fspath(dataset) in EVENTS:
        preprocessing = EventFrames(frames=genotype.timesteps)
    recorded = NOTHING_SAID if genotype.data is None else as_recorded(genotype.data)
    return load_dataset(dataset, data_dir, preprocessing, own, recorded)
