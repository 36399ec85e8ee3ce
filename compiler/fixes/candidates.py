"""Which fixes may help which rule, cheapest first.

The order of cost is that of `SETTINGS`, then `EDITS`: first what leaves the network as it is (compiling again, boards, options,
another chip), then what keeps every weight (coarser membranes, a later source), then what loses precision, weights, edges, the kind
of input, and at last channels everywhere. Facts of silicon (neurons per core and the like) are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from litesnn.compiler.fixes.fix import Candidate, Fix, Scaled
from litesnn.compiler.fixes.numbers import FewerBits, LowerMembraneExp
from litesnn.compiler.fixes.places import edges_into, owner, population_plan, readers, weighted_edges
from litesnn.compiler.fixes.pruning import PruneFanIn, PruneSources
from litesnn.compiler.fixes.settings import CompileAgain, HandleSigns, UseBoard, UseProfile
from litesnn.compiler.fixes.width import NarrowNetwork
from litesnn.compiler.fixes.wiring import DropEdge, EncodeAsSpikes, ReadLater, later_sources
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Relay
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.compiler.rules import Checked, Finding
from litesnn.compiler.rules.core_rules import smallest_board

ALMOST_ALL = 99  # percent


@dataclass(frozen=True)
class Problem:
    """A finding of a check; `trial` checks a fix (None if it cannot be applied), remembering what it has checked."""

    checked: Checked
    finding: Finding
    trial: Callable[[Fix], Checked | None]

    @property
    def genotype(self) -> LoadedGenotype | None:
        """The genotype that can be edited."""
        return self.checked.subject.genotype

    @property
    def population(self) -> str | None:
        """The population it is about, empty for all of the network, None for what the genotype does not hold."""
        if self.finding.code == "LSN-CHIPS":
            return ""
        return None if self.genotype is None else owner(self.genotype.topology, self.finding.place)

    @property
    def percent(self) -> int:
        """How much less would do if use were proportional."""
        return max(1, round(100 * (1 - self.finding.limit / self.finding.value))) if self.finding.value > 0 else 1


Family = Callable[[Problem], Iterator[Candidate]]


def candidates(problem: Problem, edits: bool) -> Iterator[Candidate]:
    """The candidates for a finding that edit the genotype, or those that do not, cheapest first."""
    for family, codes in (EDITS if edits else SETTINGS).items():
        if problem.finding.code in codes:
            yield from family(problem)


def compile_again(problem: Problem) -> Iterator[Candidate]:
    """A program that was made for another profile."""
    if problem.checked.subject.graph is not None and problem.genotype is not None:
        yield CompileAgain()


def other_signs(problem: Problem) -> Iterator[Candidate]:
    """The ways to store weights of both signs; `auto` takes the least memory already."""
    signs: tuple[SignHandling, ...] = ("auto",) if problem.finding.code == "LSN-CHIPS" else ("split", "mixed")
    yield from (HandleSigns(sign) for sign in signs if sign != problem.checked.subject.sign)


def larger_board(problem: Problem) -> Iterator[Candidate]:
    """The smallest board that holds the network."""
    board = smallest_board(problem.checked.subject.profile, problem.finding.value)
    if board is not None:
        yield UseBoard(*board)


def other_chip(problem: Problem) -> Iterator[Candidate]:
    """The other shipped chips."""
    yield from map(UseProfile, _other_chips(problem))


def board_of_another_chip(problem: Problem) -> Iterator[Candidate]:
    """The smallest board of another chip that holds the network."""
    for name in _other_chips(problem):
        if (result := problem.trial(UseProfile(name))) is not None:
            needed = next((finding.value for finding in result.findings if finding.code == "LSN-CHIPS"), None)
            board = None if needed is None else smallest_board(load_profile(name), needed)
            if board is not None:
                yield UseBoard(*board, profile=name)


def _other_chips(problem: Problem) -> Iterator[str]:
    """Chips that are there: what a network needs of an FPGA is for who builds one."""
    own = problem.checked.subject.profile.name
    yield from (n for n in shipped_profiles() if n != own and load_profile(n).fpga.fpga_family.value is None)


def coarser_membrane(problem: Problem) -> Iterator[Candidate]:
    """A lower membrane_exp."""
    name, loaded = problem.population, problem.genotype
    if loaded is None or not name or name == "readout":
        return
    most = population_plan(loaded.topology, name).membrane_exp
    beyond = problem.finding.value / problem.finding.limit if problem.finding.limit else 1.0
    by = -problem.finding.headroom if problem.finding.unit == "exponent" else (int(beyond) - 1).bit_length()
    if most:
        yield Scaled(lambda amount: LowerMembraneExp(name, amount), most, int(by))


def later_source(problem: Problem) -> Iterator[Candidate]:
    """Edges that cause the delay read what is computed later."""
    loaded = problem.genotype
    if loaded is not None:
        for edge in _delayed(problem):
            yield from (ReadLater(edge, source) for source in later_sources(loaded, edge))


def fewer_bits(problem: Problem) -> Iterator[Candidate]:
    """Narrower weights into the population."""
    name, loaded = problem.population, problem.genotype
    if loaded is None or name is None:
        return
    most = max((edge.bits for edge in weighted_edges(loaded.topology, name)), default=1) - 1
    if most:
        over = -problem.finding.headroom if problem.finding.unit == "bits" else 1
        yield Scaled(lambda amount: FewerBits(name, amount), most, int(over))


def prune_fan_in(problem: Problem) -> Iterator[Candidate]:
    """Fewer weights, the smallest."""
    name = problem.population
    if problem.genotype is not None and name is not None and weighted_edges(problem.genotype.topology, name):
        yield Scaled(lambda amount: PruneFanIn(name, amount), ALMOST_ALL, problem.percent)


def prune_sources(problem: Problem) -> Iterator[Candidate]:
    """Fewer sources, the weakest."""
    name = problem.population
    if problem.genotype is not None and name is not None and weighted_edges(problem.genotype.topology, name):
        yield Scaled(lambda amount: PruneSources(name, amount), ALMOST_ALL, problem.percent)


def shrink_readers(problem: Problem) -> Iterator[Candidate]:
    """Readers that take fewer cores: fewer bits, fewer weights."""
    name, loaded = problem.population, problem.genotype
    if loaded is None or not name:
        return
    for reader in dict.fromkeys(edge.target for edge in readers(loaded.topology, name)):
        yield from _shrunk(loaded, reader, problem.percent)


def _shrunk(loaded: LoadedGenotype, reader: str, percent: int) -> Iterator[Candidate]:
    edges = weighted_edges(loaded.topology, reader)
    most = max((edge.bits for edge in edges), default=1) - 1
    if most:
        yield Scaled(lambda amount: FewerBits(reader, amount), most, 1)
    if edges:
        yield Scaled(lambda amount: PruneFanIn(reader, amount), ALMOST_ALL, percent)
        yield Scaled(lambda amount: PruneSources(reader, amount), ALMOST_ALL, percent)


def drop_edge(problem: Problem) -> Iterator[Candidate]:
    """One edge less into the population (of what reads it, where it is read too much), fewest weights first."""
    name, loaded = problem.population, problem.genotype
    if loaded is None or not name:
        return
    at_place = [edge for edge in edges_into(loaded.topology, name) if edge.place == problem.finding.place]
    read = readers(loaded.topology, name) if problem.finding.code == "LSN-AXON-OUT" else ()
    edges = read or at_place or edges_into(loaded.topology, name)
    if problem.finding.code == "LSN-GRADED-INPUT":
        edges = [edge for edge in edges if edge.reads_input]
    masks = {edge.name: f"{edge.name}.mask" for edge in edges if edge.weighted}
    weights = {edge.name: int(loaded.trained[masks[edge.name]].sum()) if edge.weighted else 0 for edge in edges}
    yield from (DropEdge(edge) for edge in sorted(weights, key=lambda edge: weights[edge]))


def spikes_in(problem: Problem) -> Iterator[Candidate]:
    """Spikes instead of graded values."""
    yield EncodeAsSpikes()


def narrower(problem: Problem) -> Iterator[Candidate]:
    """Fewer channels everywhere."""
    yield Scaled(NarrowNetwork, ALMOST_ALL, problem.percent)


def _delayed(problem: Problem) -> list[str]:
    """Edges of the genotype that carry a delay at the finding's place; of a relayed population, those that read its relays."""
    place, graph, found = problem.finding.place, problem.checked.graph, []
    for block in graph.blocks:
        source = graph[block.source]
        relayed = isinstance(source, Relay) and source.place == place
        if relayed or (block.delay > 0 and place in (block.place, graph[block.target].place)):
            found.append(block.edge)
    named = {edge.name for edge in problem.genotype.topology.edges()} if problem.genotype is not None else set()
    return [edge for edge in dict.fromkeys(found) if edge in named]


CORE = frozenset({"LSN-SYNAPSE-WORDS", "LSN-LIST-LENGTH", "LSN-AXON-IN", "LSN-CORE-WORDS", "LSN-FORMATS"})
COUNTS = frozenset({"LSN-NEURONS", "LSN-NEURON-GROUPS", "LSN-AXON-MAP", "LSN-THRESHOLDS", "LSN-AXON-OUT"})
SLOTS, CHIPS = frozenset({"LSN-DELAY-SLOTS"}), frozenset({"LSN-CHIPS"})
INPUT, TIME = frozenset({"LSN-GRADED-INPUT"}), frozenset({"LSN-DELAY"})
BITS, EXPONENT, RANGE = frozenset({"LSN-WEIGHT-BITS"}), frozenset({"LSN-WEIGHT-EXP"}), frozenset({"LSN-RANGE"})
REGISTERS = frozenset({"LSN-VTH", "LSN-BIAS", "LSN-STATE", "LSN-WEIGHT"})
VALUES = frozenset({"LSN-MANTISSA", "LSN-DECAY", "LSN-MESSAGE"})
WIDTH, FAN_IN = frozenset({"LSN-MANTISSA", "LSN-WEIGHT", "LSN-STATE"}), frozenset({"LSN-FAN-IN"})
RELAY, PROGRAM = frozenset({"LSN-RELAY"}), frozenset({"LSN-PROGRAMMABLE"})

SETTINGS: dict[Family, frozenset[str]] = {
    compile_again: CORE | COUNTS | SLOTS | CHIPS | INPUT | TIME | BITS | EXPONENT | RANGE | RELAY | REGISTERS,
    larger_board: CHIPS,
    other_signs: CORE | BITS | CHIPS | frozenset({"LSN-MANTISSA"}),
    other_chip: CORE
    | COUNTS
    | SLOTS
    | CHIPS
    | INPUT
    | TIME
    | BITS
    | EXPONENT
    | RANGE
    | RELAY
    | PROGRAM
    | REGISTERS
    | VALUES
    | FAN_IN,
    board_of_another_chip: CHIPS,
}
EDITS: dict[Family, frozenset[str]] = {
    coarser_membrane: EXPONENT | RANGE | REGISTERS,
    later_source: SLOTS | TIME | RELAY,
    fewer_bits: CORE | BITS | RANGE | CHIPS | WIDTH,
    prune_fan_in: CORE | RANGE | CHIPS | FAN_IN | frozenset({"LSN-STATE"}),
    prune_sources: CORE | RANGE | CHIPS,
    shrink_readers: frozenset({"LSN-AXON-OUT"}),
    drop_edge: CORE | SLOTS | TIME | INPUT | frozenset({"LSN-AXON-OUT"}),
    spikes_in: INPUT | TIME,
    narrower: CORE | COUNTS | CHIPS | SLOTS,
}
