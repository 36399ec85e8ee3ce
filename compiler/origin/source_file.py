"""A file of another tool as an origin: its graph of integers, and an account of how each part got there.

Every reader of a foreign format returns a `SourceFile`; a program keeps it with the file's own bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from shlex import quote
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import CompileError
from litesnn.compiler.origin.base import Origin
from litesnn.compiler.origin.card import source_card

if TYPE_CHECKING:
    from litesnn.compiler.estimate import Estimate
    from litesnn.compiler.graph import Graph, Range
    from litesnn.compiler.origin.facts import WeightFacts
    from litesnn.compiler.origin.float_reference import FloatReference
    from litesnn.compiler.passes import Pass, SignHandling
    from litesnn.compiler.pipeline import Pipeline
    from litesnn.compiler.profile import Profile

SOURCE = "source/source.json"
OWN_INPUT = "source/input.npy"


@dataclass(frozen=True)
class Layer:
    """One row of the support table: a layer of the source file, the population it became (None: folded or left out), a note."""

    name: str
    type: str
    population: str | None
    note: str = ""


@dataclass(frozen=True)
class Transform:
    """What the host does with real-valued input: trunc(weight * x + bias), truncated toward zero."""

    weight: int
    bias: int


@dataclass(frozen=True, eq=False, repr=False)
class SourceFile(Shown, Origin):
    """A network read from elsewhere.

    Attributes
    ----------
    name : of the network
    source_format : as `formats.FORMATS` calls it
    document, suffix : the file's own bytes, and its suffix
    layers : rows of the support table
    input_note : how to feed it: axis order, dtype, range, per step or held
    record : what else the report keeps, by key
    transform : for real-valued input, where the file has one
    input_scale : what the integer 1 is worth of real-valued input, where the user says it
    graph : populations in reading order, before all passes; labels say how faithful each step was, `isolated` how samples follow
        each other. None where a program kept the file: it has the compiled graph
    float_reference : see `Origin`
    clamp_delays : whether delays beyond the chip's longest become that, instead of being made up for by relays
    given : options it was read with, as words of a command line, where they are not the defaults
    own_input : the sample that the file itself holds, (C, H, W) held for all steps or (T, C, H, W), as integers that enter
    """

    name: str
    source_format: str
    document: bytes
    suffix: str
    layers: tuple[Layer, ...]
    input_note: str
    record: dict[str, Any] = field(default_factory=dict)
    transform: Transform | None = None
    graph: Graph | None = field(default=None, kw_only=True)
    input_scale: float | None = field(default=None, kw_only=True)
    float_reference: FloatReference | None = field(default=None, kw_only=True)
    clamp_delays: bool = field(default=False, kw_only=True)
    given: tuple[str, ...] = field(default=(), kw_only=True)
    own_input: npt.NDArray[np.int16] | None = field(default=None, kw_only=True)
    kind: ClassVar[str] = "file"

    def card(self) -> Card:
        """See `Shown`: what became of its layers."""
        return source_card(self)

    @property
    def read_graph(self) -> Graph:
        """The graph as it was read; `CompileError` where a program kept the file."""
        if self.graph is None:
            raise CompileError(
                f"'{self.name}' comes from a program, which keeps its file and its compiled graph; to compile it anew, read the "
                f"file ({self.suffix}) again"
            )
        return self.graph

    def pipeline(self, profile: Profile, sign: SignHandling = "auto") -> Pipeline:
        """See `Origin`. Nothing is removed: every layer can be compared with the file's. An exported program has its schedule."""
        from litesnn.compiler.pipeline import Pipeline

        graph = self.read_graph
        return Pipeline("read", lambda: graph, () if graph.schedule is not None else self._passes(graph, profile, sign))

    def estimate(self, profile: Profile, rate: float, seed: int = 0, *, by_rules: bool = False) -> Estimate:
        """See `Origin`; it has its weights, so that nothing is drawn."""
        from litesnn.compiler.estimate import estimate_graph

        graph = self.pipeline(profile).without("prove-ranges").run()
        return estimate_graph(graph, profile, rate, by_rules=by_rules)

    def weight_facts(self, graph: Graph) -> WeightFacts:
        """See `Origin`."""
        from litesnn.compiler.origin.facts import graph_facts

        return graph_facts(graph)

    def files(self) -> dict[str, bytes]:
        """See `Origin`."""
        from litesnn.compiler.origin.files import source_files

        return source_files(self)

    def described(self) -> dict[str, Any]:
        """See `Origin`."""
        return {
            "name": self.name,
            "source_format": self.source_format,
            "sha256": self._digest(),
            "layers": [asdict(layer) for layer in self.layers],
        }

    def imported(self) -> dict[str, Any]:
        """Where it came from: its file's format and hash, layer by layer what became of it, how to feed it."""
        return {
            "format": self.source_format,
            "sha256": self._digest(),
            "layers": [asdict(layer) for layer in self.layers],
            "input": self.input_note,
            "transform": None if self.transform is None else asdict(self.transform),
            "record": self.record,
        }

    def recording(self, **entries: Any) -> SourceFile:
        """See `Origin`."""
        return replace(self, record={**self.record, **entries})

    def range_advice(self, graph: Graph, proof: Range) -> str:
        """See `Origin`."""
        from litesnn.compiler.origin.formats import format_named
        from litesnn.compiler.origin.genotype import bits_over

        return format_named(self.source_format).range_advice(bits_over(proof))

    def command(self) -> tuple[str, str]:
        """See `Origin`."""
        return f"litesnn import {quote(self.name + self.suffix)}", " ".join(map(quote, self.given))

    def _digest(self) -> str:
        return hashlib.sha256(self.document).hexdigest()

    def _passes(self, graph: Graph, profile: Profile, sign: SignHandling) -> list[Pass]:
        from litesnn.compiler.passes import (
            AssignFormats,
            BalanceDelays,
            ClampDelays,
            FitBiases,
            IsolateFeedback,
            PlaceOnHost,
            PlainNeurons,
            ProveRanges,
            RelayDelays,
            ScheduleIsolated,
            ShareFormats,
            StaggerResets,
        )

        longest, bits = profile.delay_max, profile.weight_bits[0]
        isolated: list[Pass] = [ScheduleIsolated(), RelayDelays(longest, relay_bits=bits)]
        paced = IsolateFeedback(bool(profile.neuron.programmable.value))
        streamed: list[Pass] = [BalanceDelays(longest, relay_bits=bits), paced, StaggerResets()]
        return [
            PlainNeurons(),
            *([ClampDelays(longest)] if self.clamp_delays and graph.isolated else []),
            FitBiases(profile),
            PlaceOnHost(profile.payload_bits),
            AssignFormats(profile, sign),
            ShareFormats(profile),
            *(isolated if graph.isolated else streamed),
            ProveRanges(profile),
        ]
