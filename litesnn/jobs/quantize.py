"""Fewer weight bits for a trained genotype, edge by edge, as far as a drop of accuracy allows."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from litesnn.base.bars import StepTold, step_progress
from litesnn.compiler.genotype import load_genotype
from litesnn.compiler.genotype.files import AnyGenotype
from litesnn.compiler.need import Need
from litesnn.compiler.profile import load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.jobs.by_need.genotypes import FewerBits, fewer_bits
from litesnn.jobs.by_need.halves import measuring_samples
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice, Samples, choice_of
from litesnn.search.settings.overrides import chosen_settings


def quantize(
    genotype: AnyGenotype,
    need: Need | Mapping[str, Any] | None = None,
    samples: Samples | SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    profile: AnyProfile = "loihi2",
    trials: str | PathLike[str] | None = None,
    resume: bool = False,
    progress: StepTold | bool = True,
) -> FewerBits:
    """Give every edge the bits that it needs: the least memory, as encoded, within a drop of accuracy. Nothing is trained.

    Each edge is tried alone at every width, then bits are lowered together, measured on one half of the samples; the other half, which
    had no part in the choice, says what was lost.

    Parameters
    ----------
    genotype : a trained one: its path or loaded
    need : what may be lost, and how long it may take; or by name what differs from the defaults
    samples : with labels, to measure on; those held out of the genotype's data set, where they are at hand
    profile : the chip, as a name, a path or loaded
    trials : file in which trials are kept until the choice is made
    resume : go on from those that an ended run left there
    progress : True shows what is tried where somebody looks; or called with it

    Raises
    ------
    GenotypeError
        Without weights.
    NeedError, DataError
        For too few samples, samples that do not fit, one bit everywhere, and a genotype that does not fit the chip.
    """
    loaded, chip = load_genotype(genotype), load_profile(profile)
    wanted = choice_of(samples)
    chosen = measuring_samples(loaded.spec, wanted) if isinstance(wanted, SampleChoice) else wanted
    assert chosen is not None, "there is a choice"
    bounds = chosen_settings(Need(), need)
    kept = None if trials is None else Path(trials)
    with step_progress(progress, "bits by need") as step:
        return fewer_bits(loaded, chip, chosen, bounds, step or _silent, kept, resume)


def _silent(said: str) -> None:
    """Nobody looks."""
