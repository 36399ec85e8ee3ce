"""Data sets of tonic and torchvision by name, where those are installed and the files are there: `tonic:NMNIST`, `torchvision:SVHN`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from litesnn.base.errors import DataError
from litesnn.base.text import brief
from litesnn.compiler.genotype import EventFrames
from litesnn.search.data.dataset import Array, Dataset, Labels
from litesnn.search.data.event_frames import Events, Recording
from litesnn.search.data.own.classes import checked_names
from litesnn.search.data.own.made import Source, from_arrays
from litesnn.search.data.own.recordings import load_recordings
from litesnn.search.settings.own_data import OwnData

MOST_SAMPLES = 2**24


def is_library(library: str, text: str) -> bool:
    """Whether a text names a data set of this library."""
    return text.startswith(f"{library}:")


def load_tonic(text: str, data_dir: Path | None, own: OwnData, how: EventFrames) -> Dataset:
    """A data set of tonic as binary frames, from its files in `data_dir`; nothing is downloaded.

    Raises
    ------
    DataError
        Where the library, its data set or the files are missing, and for one that holds no events with classes.
    """
    return _tonic(text, _opened(text, data_dir), own, how)


def load_torchvision(text: str, data_dir: Path | None, own: OwnData) -> Dataset:
    """A data set of torchvision, of labelled images of one size; from its files, and errors, as `load_tonic`."""
    return _torchvision(text, _opened(text, data_dir), own)


def _opened(text: str, data_dir: Path | None) -> list[Any]:
    library, _, name = text.partition(":")
    if find_spec(library) is None:
        raise DataError(f"{text}: {library} is not installed; install it: pip install 'litesnn[{library}]'")
    if data_dir is None:
        raise DataError(f"{text}: no data folder given; wanted: where {library} put the files (give --data-dir FOLDER)")
    kinds = import_module(f"{library}.datasets")
    kind = getattr(kinds, name, None)
    if not inspect.isclass(kind):
        there = [other for other in dir(kinds) if inspect.isclass(getattr(kinds, other)) and other[0].isupper()]
        raise DataError(f"{text}: found no such data set; {library} has: {', '.join(there)}")
    return _parts(text, kind, data_dir)


def _parts(text: str, kind: type[Any], data_dir: Path) -> list[Any]:
    """The training and the test part, or the only one."""
    parameters = inspect.signature(kind.__init__).parameters
    local = type(kind.__name__, (kind,), {"download": partial(_refuse_download, text, data_dir)})
    choices: list[dict[str, Any]]
    if "train" in parameters:
        choices = [{"train": True}, {"train": False}]
    elif "split" in parameters:
        choices = [{"split": "train"}, {"split": "test"}]
    else:
        choices = [{}]
    more = {"download": False} if "download" in parameters else {}
    try:
        return [local(str(data_dir), **choice, **more) for choice in choices]
    except DataError:
        raise
    except Exception as error:  # a library may raise anything on files that are missing or broken
        raise DataError(f"{text}: cannot be read from {data_dir}: {brief(str(error), 200)}") from error


def _refuse_download(text: str, data_dir: Path, *_: Any) -> None:
    raise DataError(
        f"{text}: no files in {data_dir} (or broken ones); nothing is downloaded here: let the library do it once"
    )


def _items(text: str, part: Any) -> Iterator[tuple[Any, Any]]:
    if len(part) > MOST_SAMPLES:
        raise DataError(f"{text}: found {len(part):,} samples; allowed: up to {MOST_SAMPLES:,}")
    for index in range(len(part)):
        item = _item(text, part, index)
        if not isinstance(item, tuple) or len(item) != 2:
            raise DataError(f"{text}: found samples of type {type(item).__name__}; allowed: (sample, class)")
        yield item


def _item(text: str, part: Any, index: int) -> Any:
    try:
        return part[index]
    except Exception as error:  # as above
        raise DataError(f"{text}: sample {index} cannot be read: {brief(str(error), 200)}") from error


def _torchvision(text: str, parts: Sequence[Any], own: OwnData) -> Dataset:
    arrays: dict[str, Array] = {}
    for part, name in zip(parts, ("train", "test"), strict=False):
        images: list[Array] = []
        labels: list[Any] = []
        for image, label in _items(text, part):
            pixels = np.asarray(image)
            if pixels.shape != (images[0] if images else pixels).shape:
                raise DataError(
                    f"{text}: found images of {images[0].shape} and {pixels.shape}; allowed: one size (resize them in a function of your "
                    "own: --dataset module:function)"
                )
            images.append(pixels)
            labels.append(label)
        arrays[f"x_{name}"], arrays[f"y_{name}"] = np.stack(images), np.asarray(labels)
    names = getattr(parts[0], "classes", None)
    if isinstance(names, list | tuple) and all(isinstance(each, str) for each in names):
        arrays["class_names"] = np.array(checked_names(text, names))
    return from_arrays(Source(text, "torchvision"), arrays, own)


def _tonic(text: str, parts: Sequence[Any], own: OwnData, how: EventFrames) -> Dataset:
    recordings: list[Recording] = []
    targets: list[Any] = []
    for part, test in zip(parts, (False, True), strict=False):
        for index, (_, target) in enumerate(_items(text, part)):
            read = partial(_events, text, part, index)
            recordings.append(Recording(read, 0, test, f"{text}: {'test' if test else 'training'} sample {index}"))
            targets.append(target)
    labels, names = _numbered(text, targets, getattr(parts[0], "classes", None))
    size = getattr(parts[0], "sensor_size", None)
    sensor = (int(size[1]), int(size[0])) if isinstance(size, tuple) and len(size) >= 2 else None
    labelled = [
        Recording(found.read, int(label), found.is_test, found.place)
        for found, label in zip(recordings, labels, strict=True)
    ]
    return load_recordings(Source(text, "tonic", sensor=sensor), labelled, names, len(parts) > 1, own, how)


def _numbered(text: str, targets: Sequence[Any], classes: Any) -> tuple[Labels, tuple[str, ...]]:
    """Class numbers of targets that are numbers or words, and names where the library has them."""
    if all(isinstance(target, str) for target in targets):
        names = sorted(set(targets))
        return np.array([names.index(target) for target in targets], np.int64), checked_names(text, names)
    if not all(isinstance(target, int | np.integer) for target in targets):
        raise DataError(
            f"{text}: found targets that are no classes, e.g. {brief(repr(targets[0]))}; allowed: numbers, words"
        )
    labels = np.array(targets, np.int64)
    if labels.min() < 0:
        raise DataError(f"{text}: found class {labels.min()}; allowed: classes from 0 on")
    named = isinstance(classes, list) and len(classes) > labels.max() and all(isinstance(each, str) for each in classes)
    return labels, checked_names(text, classes) if named else ()


def _events(text: str, part: Any, index: int) -> Events:
    events = np.asarray(_item(text, part, index)[0])
    fields = set(events.dtype.names or ())
    if not {"x", "p", "t"} <= fields:
        raise DataError(f"{text}: found samples of {events.dtype}; allowed: events with the fields x, y, p and t")
    x, p, t = (events[name].astype(np.int64) for name in "xpt")
    y = events["y"].astype(np.int64) if "y" in fields else np.zeros_like(x)
    return Events(t, x, y, p)
