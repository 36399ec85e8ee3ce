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
from litesnn.compiler.genotype import Genotype
from litesnn.compiler.origin import Origin
from litesnn.compiler.profile import Profile
from litesnn.jobs.fitting_input import Accepted
from litesnn.jobs.networks import digest_of
from litesnn.jobs.samples import SampleChoice, Samples, chosen_samples
from litesnn.jobs.testbench.genotype_samples import check_input, own_samples
from litesnn.jobs.testbench.recorded_data import missing_dataset

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


def measuring_samples(genotype: Genotype, choice: SampleChoice) -> Samples:
    """A user's arrays, or the held-out samples of a data set: of the one that the genotype records, if none is named.

    Raises
    ------
    DataError
        For arrays that are broken or do not fit.
    NeedError
        Where neither is at hand: random samples measure nothing.
    """
    if choice.dataset is not None and genotype.data is None:  # any data set that fits measures
        genotype = genotype.model_copy(update={"training": None})
    samples = chosen_samples(
        choice,
        lambda values: Accepted(check_input(genotype, values)),
        lambda: genotype.head.classes,
        lambda: own_samples(genotype, choice),
    )
    if choice.input_path is None and samples.labels is None:
        raise NeedError(
            f"what is lost is measured on samples: give --input X.npy and --labels y.npy, for the genotype {missing_dataset(genotype)}"
        )
    return samples


def tried_with(origin: Origin, profile: Profile, halves: Halves) -> Iterator[bytes]:
    """What trials of a network follow from: its files, the chip, the samples, and the version of LiteSNN."""
    samples = halves.samples
    yield __version__.encode()
    yield digest_of(origin).encode()
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
