"""What the command line and the docs need to know of a search method. Nothing here imports torch: a method does, when it searches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from litesnn.base.errors import SearchError
from litesnn.search.settings.overrides import with_settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from litesnn.search.data import Dataset
    from litesnn.search.methods.several import Variant
    from litesnn.search.run.found import FoundRun
    from litesnn.search.run.history import SearchResult

Settings = TypeVar("Settings", bound="DataclassInstance")


@dataclass(frozen=True)
class SearchOptions:
    """Where and how a search runs, which changes nothing of what it finds.

    Attributes
    ----------
    device : as torch names it
    resume : go on from the folder's checkpoint where there is one
    progress : show a bar
    tensorboard : write event files too
    only_expected : raise `ExpectedTime` instead of searching
    """

    device: str = "cpu"
    resume: bool = False
    progress: bool = True
    tensorboard: bool = False
    only_expected: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a sweep's table: what stands above it, the field of a point, and how numbers are written: as a share, in a unit, plain."""

    title: str
    field: str
    unit: Literal["share", "B", "count", "plain"] = "plain"


@dataclass(frozen=True)
class Sweep(Generic[Settings]):
    """Several searches that differ in a few settings.

    Attributes
    ----------
    metavar, help : of the option `--sweep`, which is repeated for every search
    variants : the searches of the texts given
    points : what they found, from the folder and the runs that are done: dataclasses with the fields of `columns`. Also writes a table
        of them into the folder where the runs are the whole sweep
    file : its name
    """

    metavar: str
    help: str
    columns: tuple[Column, ...]
    variants: Callable[[Settings, Sequence[str]], list[Variant]]
    points: Callable[[Path, Sequence[FoundRun], bool], Sequence[DataclassInstance]]
    file: str


class SearchMethod(ABC, Generic[Settings]):
    """One method that finds a network for a data set; `registry.py` lists them.

    Attributes
    ----------
    name : as `litesnn search NAME` and the records of what it found have it
    about : help of the command
    example : of `--set`, `NAME=VALUE`
    presets, presets_about : settings by name, the first one the default, and what the names mean
    left_out : settings that the method has no use for, so that the command has no option for them
    refused : options of other methods that somebody may look for here -> what is allowed instead
    sweep : how to search several times, where the method knows a use for that
    """

    name: str
    about: str
    example: str
    presets: Mapping[str, Settings]
    presets_about: str
    left_out: Collection[str] = ()
    refused: Mapping[str, str] = MappingProxyType({})
    sweep: Sweep[Settings] | None = None

    @abstractmethod
    def search(self, data: Dataset, folder: Path, settings: Settings, options: SearchOptions) -> SearchResult:
        """Search, and write the untrained genotype and the history into a folder."""

    @property
    def settings_type(self) -> type[Settings]:
        """The class of its settings."""
        return type(next(iter(self.presets.values())))

    def settings(self, preset: str, changes: Mapping[str, Any]) -> Settings:
        """A preset with some settings changed; values may be text.

        Raises
        ------
        SearchError
            For an unknown preset or setting, or a value outside its range.
        """
        if preset not in self.presets:
            raise SearchError(f"preset: found '{preset}'; allowed: {', '.join(self.presets)}")
        return with_settings(self.presets[preset], self.adjusted(self.presets[preset], changes))

    def adjusted(self, preset: Settings, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Changes with what follows from them, and nobody said otherwise."""
        return changes

    def training_options(self, settings: Mapping[str, Any]) -> str:
        """What `litesnn train` should be told beside the genotype, of settings as the history has them."""
        return ""
