"""Samples of a genotype: a user's arrays, the data set that it records, or seeded random inputs."""

from __future__ import annotations

import os
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Genotype, check_integers, load_genotype, quantize_input, unclipped
from litesnn.compiler.genotype.files import AnyGenotype
from litesnn.jobs.fitting_input import Accepted, Inputs, clipped_note, shaped
from litesnn.jobs.samples import (
    RANDOM_SAMPLES,
    RANDOM_SPIKE_RATE,
    AnyArray,
    SampleChoice,
    Samples,
    affordable,
    check_labels,
    chosen_samples,
)
from litesnn.jobs.testbench.recorded_data import missing_dataset, recorded_dataset

if TYPE_CHECKING:
    from litesnn.search.data import Dataset


def verification_samples(
    genotype: AnyGenotype,
    *,
    input_path: AnyArray | None = None,
    labels_path: AnyArray | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
    dataset: str | os.PathLike[str] | Dataset | None = None,
) -> Samples:
    """The samples a verification uses.

    A user's `--input` or `--dataset` goes first, then the data set that the genotype records (held-out test part), then random inputs.

    Parameters
    ----------
    genotype : its path, its document, or what was read
    input_path, labels_path, data_dir, seed : see `SampleChoice`

    Raises
    ------
    DataError
        For a broken array or data set, and one that is not what the genotype records; a data set that needs a folder that was not given is no error but gives random inputs.
    """
    spec = genotype if isinstance(genotype, Genotype) else load_genotype(genotype).spec
    choice = SampleChoice(input_path, labels_path, data_dir, seed, dataset=dataset)
    return chosen_samples(
        choice,
        lambda values: Accepted(check_input(spec, values)),
        lambda: spec.head.classes,
        lambda: own_samples(spec, choice),
    )


def own_samples(genotype: Genotype, choice: SampleChoice) -> Samples:
    """The held-out samples of the genotype's data set where it is at hand, else random ones, and why."""
    found = recorded_dataset(genotype, choice)
    if found is not None:
        inputs = quantize_input(genotype.input, found.x_test)
        check_labels(found.y_test, len(inputs), genotype.head.classes)
        return Samples(inputs, found.y_test, f"the {len(inputs)} held-out test samples of '{found.name}'")
    missing = missing_dataset(genotype)
    inputs = random_inputs(genotype, RANDOM_SAMPLES, choice.seed)
    origin = f"{len(inputs)} random inputs (seed {choice.seed}): the genotype {missing}; only spikes are compared, not accuracy"
    return Samples(inputs, None, origin)


def random_inputs(genotype: Genotype, count: int, seed: int) -> Inputs:
    """Seeded inputs: uniform integers over the input's range, or spikes at a rate of 0.3."""
    generator = np.random.default_rng(seed)
    spec = genotype.input
    count = affordable(count, prod(spec.shape) * (genotype.timesteps if spec.encoding == "spikes" else 1))
    if spec.encoding == "spikes":
        return (generator.random((count, genotype.timesteps, *spec.shape)) < RANDOM_SPIKE_RATE).astype(np.int16)
    return generator.integers(spec.minimum, spec.maximum + 1, (count, *spec.shape)).astype(np.int16)


def check_input(genotype: Genotype, values: npt.NDArray[np.generic]) -> Inputs:
    """A user's integers, checked for shape, range and number of steps; axes of 1 may be left out."""
    return check_integers(genotype.input, _shaped(genotype, values))


def raw_input(genotype: Genotype, values: npt.NDArray[np.generic]) -> Accepted:
    """A user's raw samples (grey values of 0 .. 255, say) through the genotype's own mean, std and scale.

    Raises
    ------
    DataError
        For a wrong shape or type, and for spikes, which are raw already.
    """
    spec = genotype.input
    if spec.encoding == "spikes":
        raise DataError(
            "--raw: found with a genotype that takes spikes per step, which enter as they are; leave it out"
        )
    if values.dtype.kind not in "biuf":
        raise DataError(f"input: found {values.dtype}; allowed: integers or floating point numbers")
    shaped_values = _shaped(genotype, values)
    inputs = quantize_input(spec, shaped_values)
    return Accepted(inputs, clipped_note(np.rint(unclipped(spec, shaped_values)), spec.minimum, spec.maximum))


def _shaped(genotype: Genotype, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    held = genotype.input.encoding == "direct"
    return shaped(values, genotype.input.shape, steps=genotype.timesteps, held=held, stepwise=not held)
