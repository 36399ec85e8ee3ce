"""The least memory within a drop: parts of a network tried alone at every level, then lowered together, each step measured.

What saves most memory for the least loss goes first, and a step is kept only if the choosing half stays within the drop beside all
that was chosen before. What is refused is not asked for again, nor anything that is less of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from litesnn.base.cards.shown import Brief
from litesnn.base.errors import NeedError
from litesnn.compiler.genotype import NeedRecord
from litesnn.compiler.need import Need
from litesnn.jobs.by_need.measured import Choice, Level, Measured
from litesnn.jobs.by_need.trials import Trial

Steps = Callable[[str], None]
Levels = Mapping[str, Sequence[Level]]
"""Part -> what it can be given, the fullest first."""
LEAST_LOSS = 1e-4  # what a level that costs nothing is taken to cost, so that memory decides
ROUNDED = 1e-9  # of a score


@dataclass(frozen=True, repr=False)
class Chosen(Brief):
    """What was chosen, and what it was chosen from.

    Attributes
    ----------
    choice : every part's level
    alone : part -> level -> the trial of it alone, others at their fullest; of those that were tried and fit the chip
    before, full, after : scores on the half that had no part in the choice: what a drop is measured from, the fullest, the chosen
    in_time : whether all was tried that could save something
    """

    choice: Choice
    alone: Mapping[str, Mapping[Level, Trial]]
    score: str
    before: float
    full: float
    after: float
    words: tuple[int, int]
    samples: tuple[int, int]
    need: Need
    in_time: bool

    def record(self, profile: str, data: str) -> NeedRecord:
        """What a genotype keeps of it; `data`: where the samples are from."""
        return NeedRecord(
            score="accuracy" if self.score == "accuracy" else "agreement",
            max_drop=self.need.max_drop,
            before=self.before,
            after=self.after,
            samples=self.samples,
            data=data,
            words=self.words,
            profile=profile,
            in_time=self.in_time,
        )


def choose(
    network: Measured, levels: Levels, need: Need, named: Callable[[str, Level], str], step: Steps = lambda said: None
) -> Chosen:
    """Choose levels.

    Parameters
    ----------
    named : how a part at a level is called, for `step`
    step : called with what is tried next

    Raises
    ------
    NeedError
        Where nothing can be chosen, the network does not fit the chip, or its fullest is beyond the drop already.
    """
    if not any(len(ways) > 1 for ways in levels.values()):
        raise NeedError(f"nothing to choose: {', '.join(levels) or 'no part of the network'} can be given no less")
    step("the network at its fullest")
    try:
        search = _Search(network, levels, need=need, named=named, step=step)
        search.try_alone()
        search.lower()
    finally:
        network.trials.write()  # whatever ended it: a later run goes on from them
    return Chosen(
        choice={part: search.level(part) for part in levels},
        alone=search.alone,
        score=network.score,
        before=network.reference(choosing=False),
        full=network.reported({}),
        after=network.reported(search.choice),
        words=(search.full.words, network.fitting(search.choice).words),
        samples=network.samples,
        need=need,
        in_time=search.in_time,
    )


class _Search:
    def __init__(
        self, network: Measured, levels: Levels, need: Need, named: Callable[[str, Level], str], step: Steps
    ) -> None:
        self.network, self.levels, self.need, self.named, self.step = network, levels, need, named, step
        self.in_time = True
        self.full = network.fitting({})
        reference = network.reference(choosing=True)
        self.floor = reference - need.max_drop / 100 - ROUNDED
        if self.full.score < self.floor:
            lost = 100 * (reference - self.full.score)
            raise NeedError(
                f"--max-drop: found {need.max_drop:g}; allowed: {lost:.2f} or more, what the network loses of its {network.score} before "
                f"anything is lowered, on the {network.samples[0]} samples to choose on; what loses it is told by litesnn explain"
            )
        self.choice: dict[str, Level] = {}
        self.alone: dict[str, dict[Level, Trial]] = {part: {ways[0]: self.full} for part, ways in levels.items()}
        self.refused: dict[str, list[Level]] = {part: [] for part in levels}

    def level(self, part: str) -> Level:
        """What a part has now."""
        return self.choice.get(part, self.levels[part][0])

    def try_alone(self) -> None:
        """Every level alone, all parts' fuller ones first; nothing less than what is beyond the drop even alone."""
        for part, level in self._fuller_first():
            if self._is_refused(part, level):
                continue
            if self._late():
                return
            self.step(self.named(part, level))
            trial = self.network.trial({part: level})
            if trial is not None:
                self.alone[part][level] = trial
                if trial.score < self.floor:
                    self.refused[part].append(level)

    def lower(self) -> None:
        """Lower parts together as far as the choosing half allows."""
        while (best := max(self._ways(), default=None)) is not None and not self._late():
            _, part, level = best
            self.step(f"{self.named(part, level)} beside the others")
            trial = self.network.trial({**self.choice, part: level})
            if trial is not None and trial.score >= self.floor:
                self.choice[part] = level
            else:
                self.refused[part].append(level)

    def _fuller_first(self) -> Iterator[tuple[str, Level]]:
        rounds = zip_longest(*([(part, level) for level in ways[1:]] for part, ways in self.levels.items()))
        return (entry for entries in rounds for entry in entries if entry is not None)

    def _ways(self) -> Iterator[tuple[tuple[float, Level], str, Level]]:
        """What could be lowered next, with its worth: words saved per loss, and of equal ones the least."""
        for part, trials in self.alone.items():
            now = trials[self.level(part)]
            for level, trial in trials.items():
                if level == self.level(part) or self._is_refused(part, level):
                    continue
                saved, lost = now.words - trial.words, now.score - trial.score
                worth = saved / max(lost, LEAST_LOSS)
                if saved == 0 and lost <= 0 and _no_more(level, self.level(part)):
                    worth = LEAST_LOSS  # it saves nothing as encoded here, and is less all the same
                if worth > 0:
                    yield (worth, tuple(-amount for amount in level)), part, level

    def _is_refused(self, part: str, level: Level) -> bool:
        return any(_no_more(level, other) for other in self.refused[part])

    def _late(self) -> bool:
        self.in_time = self.in_time and self.network.trials.spent < self.need.max_time
        return not self.in_time


def _no_more(level: Level, other: Level) -> bool:
    """Whether a level is no more than another in any respect."""
    return all(amount <= others for amount, others in zip(level, other, strict=True))
