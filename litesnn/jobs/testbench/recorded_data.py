"""The data set that a genotype was made for, found again: by its name, or where the user says that it lies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Genotype
from litesnn.jobs.samples import SampleChoice

if TYPE_CHECKING:
    from litesnn.search.data import Dataset

_BY_NAME = ("tonic", "torchvision")
"""Kinds of own data that `--data-dir` alone finds again; the others need `--dataset`."""


def recorded_dataset(genotype: Genotype, choice: SampleChoice) -> Dataset | None:
    """The data set of a choice, or the one that the genotype records where it is at hand; None where it is not.

    Raises
    ------
    DataError
        Where it is broken, or not the one that the genotype records.
    """
    from litesnn.search.data import BUNDLED

    name = dataset_name(genotype)
    asked = choice.dataset
    if asked is None:
        own = genotype.data
        if own is not None and own.kind not in _BY_NAME:
            if choice.data_dir is not None:
                raise DataError(
                    f"--data-dir: found for '{own.name}', data of the user's own; give --dataset (where it lies)"
                )
            return None
        if name is None or (choice.data_dir is None and name not in BUNDLED):
            return None
        asked = name
    data = same_dataset(genotype, asked, choice.data_dir)
    if genotype.data is None and name is not None and data.name != name:
        raise DataError(
            f"data set: found '{data.name}'; expected '{name}', as the genotype records; give that, or single samples with --input"
        )
    return data


def dataset_name(genotype: Genotype) -> str | None:
    """The data set that the genotype was made for or trained on, by name."""
    if genotype.data is not None:
        return genotype.data.name
    return genotype.training.dataset if genotype.training is not None else None


def missing_dataset(genotype: Genotype) -> str:
    """Why its data set is not at hand, as the end of `the genotype ...`."""
    name = dataset_name(genotype)
    if name is None:
        return "records no data set"
    by_name = genotype.data is None or genotype.data.kind in _BY_NAME
    return f"records data set '{name}', which needs {'--data-dir' if by_name else '--dataset (where it lies)'}"


def same_dataset(
    genotype: Genotype, dataset: str | os.PathLike[str] | Dataset, data_dir: str | os.PathLike[str] | None
) -> Dataset:
    """A data set to take samples from, prepared as the genotype has it; one of the user's own has to be the one it records.

    Raises
    ------
    DataError
        As `recorded_dataset`.
    """
    from litesnn.search.data import load_for
    from litesnn.search.data.own.records import check_same

    data = load_for(genotype, dataset, data_dir)
    if genotype.data is not None:
        check_same(genotype.data, data)
    return data
