"""Samples on which channels are scored: training samples of a data set, or a user's array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Genotype, quantize_input
from litesnn.jobs.samples import SampleChoice, Samples, named, read_array
from litesnn.jobs.testbench.genotype_samples import check_input
from litesnn.jobs.testbench.recorded_data import dataset_name, missing_dataset, same_dataset

SCORED = 640
"""Samples that are scored unless somebody says otherwise."""


def scoring_samples(
    genotype: Genotype, choice: SampleChoice, count: int, seed: int, among: Samples | None = None
) -> Samples:
    """At most `count` samples, drawn without replacement, in the order of the data.

    Parameters
    ----------
    among : those of the user's array that may be scored, where not all may

    Raises
    ------
    DataError
        Where there is no data to draw from, or it does not fit the genotype.
    """
    if choice.input_path is not None:
        if choice.dataset is not None:
            raise DataError("found --dataset and --input; allowed: one of them")
        checked = check_input(genotype, read_array(choice.input_path)) if among is None else among.inputs
        return Samples(checked[_drawn(len(checked), count, seed)], None, named(choice.input_path))
    name = dataset_name(genotype) if choice.dataset is None else choice.dataset
    if name is None or (choice.dataset is None and genotype.data is not None):
        raise DataError(
            f"scores need samples and the genotype {missing_dataset(genotype)}; give --dataset NAME or --input X.npy"
        )
    data = same_dataset(genotype, name, choice.data_dir)
    raw = data.x_train[_drawn(len(data.x_train), count, seed)]
    return Samples(check_input(genotype, quantize_input(genotype.input, raw)), None, data.name)


def _drawn(available: int, count: int, seed: int) -> npt.NDArray[np.int64]:
    return np.sort(np.random.default_rng(seed).permutation(available)[:count])
