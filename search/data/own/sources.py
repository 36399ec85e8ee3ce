"""What a `--dataset` that the registry does not know may be, in the order in which it is tried; each is a line of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from litesnn.base.errors import DataError
from litesnn.base.named_code import is_named, offered
from litesnn.base.text import brief, brief_path
from litesnn.compiler.genotype import EventFrames, Mfcc
from litesnn.reading import is_folder, is_there
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.own.event_folders import READERS, load_event_folder
from litesnn.search.data.own.folders import suffixes_in
from litesnn.search.data.own.functions import GROUP, load_named, load_offered
from litesnn.search.data.own.images import SUFFIXES, load_images
from litesnn.search.data.own.libraries import is_library, load_tonic, load_torchvision
from litesnn.search.data.own.npz import SUFFIX, load_npz
from litesnn.search.data.own.sound_folders import SUFFIXES as SOUNDS
from litesnn.search.data.own.sound_folders import load_sounds
from litesnn.search.settings.own_data import NOTHING_SAID, OwnData

_SPLIT = frozenset({"test_fraction", "split_seed"})
_PREPARED: dict[type[EventFrames | Mfcc], str] = {EventFrames: "recordings of events", Mfcc: "sounds"}
_FOLDERS: dict[str, tuple[str, Collection[str]]] = {
    "images": ("images", SUFFIXES),
    "events": ("event recordings", READERS),
    "sounds": ("sounds", SOUNDS),
}
"""What a folder by class may hold: its name in messages, and the suffixes of its files."""


@dataclass(frozen=True)
class Asked:
    """What a user asks for.

    Attributes
    ----------
    text, data_dir : what is to be read, and a folder beside it
    own, how : how, as the user says, and how recordings and sounds become arrays
    recorded : how it was read before, for what the user does not say
    """

    text: str
    data_dir: Path | None
    own: OwnData
    how: EventFrames | Mfcc | None
    recorded: OwnData = NOTHING_SAID

    @property
    def path(self) -> Path:
        """The text as a path."""
        return Path(self.text)

    @property
    def is_folder(self) -> bool:
        """Whether it is one; nothing at all is not the working directory."""
        return self.text != "" and is_folder(self.path)


@dataclass(frozen=True)
class Way:
    """One kind of source: whether a text is one, how it is loaded, what prepares its recordings, and the settings it has a use for."""

    suits: Callable[[Asked], bool]
    load: Callable[[Asked], Dataset]
    prepared: type[EventFrames | Mfcc] | None = None
    settings: frozenset[str] = _SPLIT


WAYS: tuple[Way, ...] = (
    Way(
        lambda asked: is_library("tonic", asked.text),
        lambda asked: load_tonic(asked.text, asked.data_dir, asked.own, _frames(asked)),
        prepared=EventFrames,
        settings=_SPLIT | {"sensor"},
    ),
    Way(
        lambda asked: is_library("torchvision", asked.text),
        lambda asked: load_torchvision(asked.text, asked.data_dir, asked.own),
    ),
    Way(
        lambda asked: asked.is_folder and _holds(asked.path) == "events",
        lambda asked: load_event_folder(asked.path, asked.own, _frames(asked)),
        prepared=EventFrames,
        settings=_SPLIT | {"sensor"},
    ),
    Way(
        lambda asked: asked.is_folder and _holds(asked.path) == "sounds",
        lambda asked: load_sounds(asked.path, asked.own, asked.how if isinstance(asked.how, Mfcc) else Mfcc()),
        prepared=Mfcc,
    ),
    Way(
        lambda asked: asked.is_folder,
        lambda asked: load_images(asked.path, asked.own),
        settings=_SPLIT | {"image_size", "color"},
    ),
    Way(
        lambda asked: asked.text != "" and is_there(asked.path), lambda asked: load_npz(_archive(asked.path), asked.own)
    ),
    Way(
        lambda asked: asked.text in offered(GROUP),
        lambda asked: load_offered(asked.text, asked.data_dir, asked.own),
    ),
    Way(lambda asked: is_named(asked.text), lambda asked: load_named(asked.text, asked.data_dir, asked.own)),
)


def way_of(asked: Asked) -> Way | None:
    """The first way that suits; None where nothing of that name is there."""
    return next((way for way in WAYS if way.suits(asked)), None)


def load_own(asked: Asked, known: tuple[str, ...]) -> Dataset:
    """A data set that is no name of the registry.

    Parameters
    ----------
    known : the registry's names, for messages

    Raises
    ------
    DataError
        Where nothing of that name is there, or it cannot be read, or a setting is given that it has no use for.
    """
    way = way_of(asked)
    if way is None:
        raise DataError(
            f"data set: found '{brief_path(asked.text)}'; allowed: {', '.join((*known, *offered(GROUP)))}; an .npz file; a folder of images, "
            "event recordings or sounds by class; tonic:NAME, torchvision:NAME; package.module:function (no file or folder of that name is here)"
        )
    idle = [name for name in asked.own.given if name not in way.settings]
    if asked.how is not None and (way.prepared is None or not isinstance(asked.how, way.prepared)):
        raise DataError(
            f"{brief_path(asked.text)}: found preprocessing '{asked.how.kind}'; allowed with {_PREPARED[type(asked.how)]} alone"
        )
    if idle:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in idle)
        raise DataError(f"{brief_path(asked.text)}: found {options}, for which it has no use; leave it out")
    recorded = {name: value for name, value in asked.recorded.given.items() if name in way.settings}
    data = way.load(replace(asked, own=asked.own.over(OwnData(**recorded))))
    if data.record is not None and data.record.test_fraction is None and _SPLIT & set(asked.own.given):
        raise DataError(f"{data.name}: has a test part of its own; found --test-fraction or --split-seed; leave it out")
    return data


def _frames(asked: Asked) -> EventFrames:
    return asked.how if isinstance(asked.how, EventFrames) else EventFrames()


def _holds(folder: Path) -> str:
    """`images`, `events` or `sounds`, by the suffixes of what lies in it."""
    counts, loose = suffixes_in(folder)
    held = {kind: sum(counts[suffix] for suffix in suffixes) for kind, (_, suffixes) in _FOLDERS.items()}
    there = [kind for kind, number in held.items() if number]
    if len(there) > 1:
        both = " and ".join(f"{held[kind]:,} {_FOLDERS[kind][0]}" for kind in there)
        raise DataError(f"{brief_path(folder)}: found {both}; allowed: one of them (move the others out)")
    if not there:
        found = [f"{_counted(counts)} in folders"] * bool(counts) + [f"{_counted(loose)} in no folder"] * bool(loose)
        raise DataError(
            f"{brief_path(folder)}: found {' and '.join(found) or 'no files'}; allowed: samples in folders of their classes, CLASS/* or "
            f"train/CLASS/* and test/CLASS/*: {_kinds()}"
        )
    return there[0]


def _kinds() -> str:
    return ", ".join(f"{what} ({' '.join(suffixes)})" for what, suffixes in _FOLDERS.values())


def _counted(suffixes: Counter[str]) -> str:
    return ", ".join(f"{number:,} {brief(suffix) or 'without suffix'}" for suffix, number in suffixes.most_common(5))


def _archive(path: Path) -> Path:
    if path.suffix.lower() != SUFFIX:
        raise DataError(
            f"{brief_path(path)}: found a file '{path.suffix or path.name}'; allowed: {SUFFIX} with x_train, y_train and perhaps x_test, "
            "y_test, class_names, or a folder"
        )
    return path
