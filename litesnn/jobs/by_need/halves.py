"""Samples in two halves: one to choose on, and one to report that had no part in the choice.

Which sample is in which half is drawn, for files are often sorted by class; always alike, for the same samples give the same choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import NeedError
from litesnn.base.version import __version__
from litesnn.compiler.genotype import Genotype, LoadedGenotype, TrainingRecord
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import Profile
from litesnn.jobs.networks import digest_of
from litesnn.jobs.samples import SampleChoice, Samples
from litesnn.jobs.testbench.genotype_samples import verification_samples

Classes = npt.NDArray[np.int64]
LEAST_SAMPLES = 16  # of both halves together
DRAWN_WITH = 0  # seed


@dataclass(frozen=True, eq=False)
class Halves:
    """Positions of the samples of each half, ascending."""

    samples: Samples
    choosing: npt.NDArray[np.int64]
    reporting: npt.NDArray[np.int64]

    @property
    def chosen_on(self) -> Samples:
        """The half to choose on."""
        samples = self.samples
        labels = None if samples.labels is None else samples.labels[self.choosing]
        return replace(samples, inputs=samples.inputs[self.choosing], labels=labels)


def measuring_samples(genotype: Genotype, choice: SampleChoice, dataset: str | None = None) -> Samples:
    """A user's arrays, or the held-out samples of a data set: of the one that the genotype records, if none is named.

    Raises
    ------
    DataError
        For arrays that are broken or do not fit.
    NeedError
        Where neither is at hand: random samples measure nothing.
    """
    training = genotype.training or TrainingRecord()
    training = training.model_copy(update={"dataset": dataset or training.dataset})
    samples = verification_samples(
        genotype.model_copy(update={"training": training}),
        input_path=choice.input_path,
        labels_path=choice.labels_path,
        data_dir=choice.data_dir,
    )
    if choice.input_path is None and samples.labels is None:
        known = (
            f"or --data-dir with '{training.dataset}'" if training.dataset else "for the genotype records no data set"
        )
        raise NeedError(f"what is lost is measured on samples: give --input X.npy and --labels y.npy, {known}")
    return samples


def tried_with(loaded: LoadedGenotype, profile: Profile, halves: Halves) -> Iterator[bytes]:
    """What trials of a genotype follow from: its files, the chip, the samples, and the version of LiteSNN."""
    samples = halves.samples
    yield __version__.encode()
    yield digest_of(GenotypeOrigin(loaded)).encode()
    yield profile.content()
    yield np.ascontiguousarray(samples.inputs).tobytes()
    yield b"" if samples.labels is None else samples.labels.tobytes()


def halved(samples: Samples) -> Halves:
    """The halves of samples; of an odd number the larger one reports.

    Raises
    ------
    NeedError
        For fewer than `LEAST_SAMPLES`.
    """
    count = len(samples.inputs)
    if count < LEAST_SAMPLES:
        raise NeedError(
            f"samples: found {count}; allowed: {LEAST_SAMPLES} or more, half to choose on and half to report what was chosen"
        )
    order = np.random.default_rng(DRAWN_WITH).permutation(count)
    return Halves(samples, np.sort(order[: count // 2]), np.sort(order[count // 2 :]))
