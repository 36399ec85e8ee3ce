"""A network at any choice: what it takes as the chip encodes it, and what it scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from litesnn.base.errors import CompileError, NeedError, RegisterError
from litesnn.compiler.estimate import estimate_graph
from litesnn.compiler.graph import Graph
from litesnn.compiler.profile import Profile
from litesnn.jobs.by_need.halves import Classes, Halves
from litesnn.jobs.by_need.trials import Key, Trial, Trials
from litesnn.jobs.fitting_input import Inputs

Level = tuple[int, ...]
"""How much one part of a network is given, in one or more respects (bits, channels, ...): more of any costs no accuracy."""
Choice = Mapping[str, Level]
"""Part -> its level; parts that are not named have the fullest."""


class Measured:
    """A network at any choice, measured once each.

    Parameters
    ----------
    graph_at : the compiled graph of a choice (`CompileError` where it cannot be compiled)
    reference : (N,) classes that the network names from which a drop is measured; None: the network at its fullest
    trials : those of an earlier run, which are not measured again
    """

    def __init__(
        self,
        graph_at: Callable[[Choice], Graph],
        profile: Profile,
        halves: Halves,
        reference: Classes | None = None,
        trials: Trials | None = None,
    ) -> None:
        self._graph_at, self._profile, self._halves = graph_at, profile, halves
        self._reference = classes_of(graph_at({}), halves.samples.inputs) if reference is None else reference
        labels = halves.samples.labels
        self._labels: Classes = self._reference if labels is None else labels
        self.score = "agreement" if labels is None else "accuracy"
        self.trials = trials or Trials()

    @property
    def samples(self) -> tuple[int, int]:
        """Of the choosing half, and of the reporting one."""
        return len(self._halves.choosing), len(self._halves.reporting)

    def trial(self, choice: Choice) -> Trial | None:
        """Memory, and score on the choosing half; None where the choice does not fit the chip."""
        found = self._trial(choice)
        return found if isinstance(found, Trial) else None

    def fitting(self, choice: Choice) -> Trial:
        """`trial` of what has to fit the chip; `NeedError` says why it does not."""
        found = self._trial(choice)
        if isinstance(found, str):
            raise NeedError(f"as it is to begin with, the network does not fit the chip: {found}")
        return found

    def reported(self, choice: Choice) -> float:
        """Score on the half that has no part in the choice."""
        half = self._halves.reporting
        classes = classes_of(self._graph_at(choice), self._halves.samples.inputs[half])
        return float((classes == self._labels[half]).mean())

    def reference(self, choosing: bool) -> float:
        """Score on a half of what a drop is measured from."""
        half = self._halves.choosing if choosing else self._halves.reporting
        return float((self._reference[half] == self._labels[half]).mean())

    def _trial(self, choice: Choice) -> Trial | str:
        key: Key = tuple(sorted(choice.items()))
        if key not in self.trials.found:
            self.trials.add(key, self._tried(choice))
        return self.trials.found[key]

    def _tried(self, choice: Choice) -> Trial | str:
        half = self._halves.choosing
        try:
            graph = self._graph_at(choice)
            words = estimate_graph(graph, self._profile).synapse_words
            classes = classes_of(graph, self._halves.samples.inputs[half])
        except (CompileError, RegisterError) as error:
            return str(error)
        return Trial(words, float((classes == self._labels[half]).mean()))


def classes_of(graph: Graph, inputs: Inputs) -> Classes:
    """The class (N,) that a compiled graph names for each sample."""
    from litesnn.runtime.exact import simulate

    return simulate(graph, inputs, progress=False).predictions
