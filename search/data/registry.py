"""The data sets LiteSNN knows, by name, each with the files it wants and how its recordings are prepared."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, Genotype, Mfcc
from litesnn.search.data.arrays import load_cifar
from litesnn.search.data.audio import load_fsdd, load_gsc
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.digits import load_digits
from litesnn.search.data.events import load_events
from litesnn.search.data.idx import load_idx_dataset

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
    name: str, data_dir: str | PathLike[str] | None = None, preprocessing: EventFrames | Mfcc | None = None
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : one of `DATASETS`; `digits` is bundled with scikit-learn
    data_dir : folder with the files; unused for `digits`
    preprocessing : how recordings become arrays: `EventFrames` for events, `Mfcc` for sounds; their defaults where left out

    Raises
    ------
    DataError
        For an unknown name, a missing folder or file, a file of another format, or a preprocessing of another kind of data.
    """
    folder = None if data_dir is None else Path(data_dir)
    if name in EVENTS and (preprocessing is None or isinstance(preprocessing, EventFrames)):
        return EVENTS[name](name, folder, preprocessing or EventFrames())
    if name in SOUNDS and (preprocessing is None or isinstance(preprocessing, Mfcc)):
        return SOUNDS[name](name, folder, preprocessing or Mfcc())
    if name in IMAGES and preprocessing is None:
        return IMAGES[name](name, folder)
    if name not in DATASETS:
        raise DataError(f"data set: found '{name}'; allowed: {', '.join(DATASETS)}")
    assert preprocessing is not None
    allowed = "event_frames" if name in EVENTS else "mfcc" if name in SOUNDS else "none"
    raise DataError(f"{name}: found preprocessing '{preprocessing.kind}'; allowed: {allowed}")


def load_for(genotype: Genotype, name: str, data_dir: str | PathLike[str] | None = None) -> Dataset:
    """A data set prepared as a genotype records it; where it records nothing, with the data set's defaults and a frame per step."""
    preprocessing = genotype.input.preprocessing
    if preprocessing is None and name in EVENTS:
        preprocessing = EventFrames(frames=genotype.timesteps)
    return load_dataset(name, data_dir, preprocessing)
