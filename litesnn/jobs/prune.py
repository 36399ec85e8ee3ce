"""Whole channels removed from a trained genotype, with everything that reads them: as many as rates, goals or a measured need say."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from os import PathLike
from pathlib import Path
from typing import Any

from litesnn.base.bars import EngineTold, StepProgress, StepTold, engine_progress
from litesnn.base.errors import PruningError
from litesnn.compiler.genotype import LoadedGenotype, load_genotype
from litesnn.compiler.genotype.files import AnyGenotype
from litesnn.compiler.need import Need
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.jobs.by_need.channels import RatesByNeed
from litesnn.jobs.by_need.halves import halved, measuring_samples
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice
from litesnn.jobs.scoring_samples import SCORED, scoring_samples
from litesnn.search.methods.structured import Goals, Inherit, PruningResult, Scoring, parse_rates, parse_size
from litesnn.search.methods.structured import prune as prune_channels
from litesnn.search.settings.overrides import chosen_settings

WITHOUT_NEED = "--max-time, --labels and --resume: found without --max-drop; allowed with it, where rates are measured"


def prune(
    genotype: AnyGenotype,
    rates: str | float | None = None,
    samples: SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    scoring: Scoring | Mapping[str, Any] | None = None,
    target_size: str | float | None = None,
    target_cores: int | None = None,
    max_cores: int | None = None,
    max_memory: str | float | None = None,
    need: Need | Mapping[str, Any] | None = None,
    profile: AnyProfile | None = None,
    count: int = SCORED,
    inherit: Inherit = "all",
    recalibrate: int = 0,
    trials: str | PathLike[str] | None = None,
    resume: bool = False,
    progress: EngineTold | bool = True,
) -> PruningResult:
    """Remove the lowest-scored channels; what is left computes the same spikes, in fewer cores. `save_genotype` writes it.

    Channels that meet at one membrane go together.

    Parameters
    ----------
    genotype : a trained one: its path or loaded
    rates : fraction of channels that goes: `0.5`, or `*=0.5,stem=0.1` (the last match counts), or a preset
    samples : what is scored: training samples of the genotype's data set, or of the one of the choice; or integers
    scoring : how; or by name what differs from the defaults: method, threshold, seed, batch_size
    target_size : the rates that are open are chosen for this model size: bytes, or `20KB`, `1.6MB`, `16KiB`
    target_cores : they are chosen for this many cores, as estimated on the profile
    max_cores, max_memory : a rate is chosen for each group, by what binds, for this many cores, and for this much synapse memory over all
        cores as encoded on the profile: bytes, or `400KiB`
    need : they are chosen by measured need: what may be lost, and how long it may take; or by name what differs from the defaults
    profile : cores are counted on this chip
    count : samples to score on, drawn with the seed of the scoring
    inherit : `all`: only channels go; `weights`: normalization and readout begin anew (QP-SNN)
    recalibrate : samples on which the normalization of what is left is measured anew, drawn as those of the scores; 0: it is inherited
    trials : with a need: file in which trials are kept until the choice is made
    resume : with a need: go on from those that an ended run left there
    progress : True shows bars where somebody looks; or called with (what, done, all)

    Raises
    ------
    GenotypeError
        Without weights.
    DataError, NeedError, PruningError
        For samples or rates that do not fit, and for goals out of reach.
    """
    choice = samples if isinstance(samples, SampleChoice) else SampleChoice(samples)
    how = chosen_settings(Scoring(), scoring)
    if all(each is None for each in (rates, target_size, target_cores, max_cores, max_memory, need)):
        raise PruningError(
            "nothing says how much goes; give --rates, --target-size, --target-cores, --max-cores, --max-memory or --max-drop"
        )
    if need is None and (choice.labels_path is not None or resume):
        raise PruningError(WITHOUT_NEED)
    patterns = () if rates is None else parse_rates(str(rates))
    goals = Goals(
        size=None if target_size is None else parse_size(str(target_size)),
        cores=target_cores,
        max_cores=max_cores,
        max_memory=None if max_memory is None else int(parse_size(str(max_memory), "--max-memory")),
    )
    loaded, chip = load_genotype(genotype), None if profile is None else load_profile(profile)
    with engine_progress(progress) as told, _steps(told is not None and progress is True) as step:
        choose = None
        if need is not None:
            kept = None if trials is None else Path(trials)
            choose = _by_need(loaded, chosen_settings(Need(), need), chip, choice, step, kept, resume)
        chosen = None
        if how.needs_samples:
            among = choose.halves.chosen_on if choose is not None and choice.input_path is not None else None
            chosen = scoring_samples(loaded.spec, choice, count, how.seed, among)
        statistics = scoring_samples(loaded.spec, choice, recalibrate, how.seed) if recalibrate else None
        return prune_channels(
            loaded,
            how,
            patterns,
            None if chosen is None else chosen.inputs,
            goals=goals,
            choose=choose,
            profile=chip,
            inherit=inherit,
            statistics=None if statistics is None else statistics.inputs,
            dataset=None if chosen is None else chosen.origin,
            progress=None if told is None else lambda done, total: told("scoring", done, total),
        )


def _steps(shown: bool) -> AbstractContextManager[StepTold | None]:
    """What is tried, beside the bar of the scores."""
    return StepProgress("rates by need") if shown else nullcontext()


def _by_need(
    loaded: LoadedGenotype,
    need: Need,
    chip: Profile | None,
    choice: SampleChoice,
    step: StepTold | None,
    kept: Path | None,
    resume: bool,
) -> RatesByNeed:
    if chip is None:
        raise PruningError("--max-drop: needs a chip to count memory on; add --profile, e.g. --profile loihi2")
    halves = halved(measuring_samples(loaded.spec, choice))
    return RatesByNeed(need, chip, halves, step=step or (lambda said: None), kept=kept, resume=resume)
