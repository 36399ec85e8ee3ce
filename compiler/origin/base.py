"""What every origin of a network answers: its passes, its facts, its files, and the words that its maker understands.

A network comes from a genotype or from a file of another tool. Jobs, reports, rules and programs ask the origin and never which
one it is; how it is fed and what its spikes are held against is the job half, `litesnn.jobs.testbench`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from litesnn.compiler.estimate import Estimate
    from litesnn.compiler.genotype import LoadedGenotype
    from litesnn.compiler.graph import Graph, Range
    from litesnn.compiler.origin.facts import WeightFacts
    from litesnn.compiler.origin.float_reference import FloatReference
    from litesnn.compiler.passes import SignHandling
    from litesnn.compiler.pipeline import Pipeline
    from litesnn.compiler.profile import Profile


class Origin(ABC):
    """Where a network came from.

    Attributes
    ----------
    kind : the key under which its job half is found
    name : what the network is called
    genotype : which fixes can edit; None for networks from elsewhere
    seed : of its training, where that is recorded
    float_reference : a run of the network in floating point, where it has real values that were rounded
    """

    kind: ClassVar[str]
    name: str
    genotype: LoadedGenotype | None = None
    seed: int | None = None
    float_reference: FloatReference | None = None

    @abstractmethod
    def pipeline(self, profile: Profile, sign: SignHandling = "auto") -> Pipeline:
        """All passes that make its scheduled graph of integers for a profile, in order.

        Raises
        ------
        LiteSNNError
            If it cannot be compiled at all (not trained, kept by a program as integers only).
        """

    @property
    def trained(self) -> bool:
        """Whether it has its weights."""
        return True

    def with_weights(self) -> Origin:
        """The same, with random weights where it has none."""
        return self

    @abstractmethod
    def estimate(self, profile: Profile, rate: float, seed: int = 0, *, by_rules: bool = False) -> Estimate:
        """What it would cost on a profile at `rate` spikes per neuron and step; `seed` draws weights where there are none.

        `by_rules` counts its cores by the rule sets of the profile too.

        Raises
        ------
        CompileError
            If it cannot be lowered, breaks a rule of the chip, or one neuron does not fit a core.
        """

    @abstractmethod
    def weight_facts(self, graph: Graph) -> WeightFacts:
        """Its weights, counted; `graph` is its compiled one."""

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """What a program keeps of it: file name within the directory -> content."""

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """What tells it from others, as plain values; two of one kind may be compared more closely."""

    def imported(self) -> dict[str, Any] | None:
        """The report's `imported` section, as plain values; None for what has not come from another tool."""
        return None

    def recording(self, **entries: Any) -> Origin:
        """The same with entries added to what its report section keeps; those of a float reference have a place for them."""
        raise TypeError(f"{type(self).__name__} keeps no record of its own")

    def paper_counts(self, spikes: Mapping[str, float]) -> dict[str, Any] | None:
        """Operations as papers of searched networks count them, where such a paper could; `spikes` as `accounting` has them."""
        return None

    def misfits(self, graph: Graph) -> Iterator[tuple[str, Any, Any]]:
        """What a program's graph has and the origin says otherwise: (what, found, wanted)."""
        return iter(())

    @abstractmethod
    def range_advice(self, graph: Graph, proof: Range) -> str:
        """What its maker can do about a register that may be left."""

    @abstractmethod
    def command(self) -> tuple[str, str]:
        """The words that compile it again: program and file, and the options of its own that were given; safe for a shell."""
