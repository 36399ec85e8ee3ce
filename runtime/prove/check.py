"""The certificate: the integers that PyTorch folds, wired as genotype.json says, are the program's, and in time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from litesnn.runtime.prove.constants import constant_problems, format_problems, register_problems
from litesnn.runtime.prove.program import Block, Graph, Population
from litesnn.runtime.prove.ranges import READOUT_MAX, REGISTER, membranes
from litesnn.runtime.prove.reference import Reference, Wired
from litesnn.runtime.prove.rows import Ints
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.timing import timing_problems
from litesnn.runtime.prove.verdict import Problem, Proof, differs

Maps = dict[tuple[str, int], Synapses]  # (population that is read, distance) -> all synapses from there
WRAPS_ONCE = 3 * 2**23  # beyond it one wrap does not bring a current back, and PyTorch refuses it


class Check:
    """One program against the integers of one genotype.

    Parameters
    ----------
    reference : the network as genotype.json and PyTorch have it
    accumulator : largest magnitude of a synaptic sum on the chip
    """

    def __init__(self, graph: Graph, reference: Reference, accumulator: int) -> None:
        self.graph, self.reference, self.accumulator = graph, reference, accumulator
        relays = [p for p in graph.populations.values() if p.role == "relay"]
        self.wiring = {p.name: Wired(("relay",), p.entry["genotype_channels"], p.size) for p in relays}
        self.wiring |= reference.populations
        # Channels that the program has, and those that no input makes spike.
        self.kept, self.silent = ({n: np.zeros(w.channels, bool) for n, w in self.wiring.items()} for _ in range(2))
        self.carried: dict[str, tuple[str, Ints]] = {}  # relay -> population and channels whose spikes it sends on
        self.constants = {name: reference.constants(name) for name in reference.populations if name != "input"}
        self.maps = {name: self._maps(name, reference.blocks, {}) for name in self.constants}
        self.totals = {name: {key: m.total() for key, m in maps.items()} for name, maps in self.maps.items()}
        self.problems: list[Problem] = []
        self.checked = {"populations": len(graph.populations), "blocks": len(graph.blocks)}
        self.checked |= {"integers": 0, "registers": 0}

    def proof(self) -> Proof:
        """What was found; `UnknownError` for what is not known."""
        self._populations()
        if not self.problems:
            self._find_silent()
            for population in sorted(self.graph.populations.values(), key=lambda p: (p.role != "relay", p.arrival)):
                if population.role == "relay":
                    self._relay(population)
                elif population.role != "source":
                    self._synapses(population)
                if population.role in ("lif", "programmed_lif", "readout"):
                    due = self.constants[population.name].of(population.channels)
                    self.problems += constant_problems(population, due, self.reference.steps)
                    self.checked["integers"] += 3 * len(population.channels)
                self.problems += register_problems(population)
            self.problems += (problem for block in self.graph.blocks for problem in format_problems(block))
            self.problems += timing_problems(self.graph)
            self._ranges()
        return Proof(tuple(self.problems), self.checked)

    def _populations(self) -> None:
        """Populations are the genotype's, or relays; input and readout are whole, and what enters is as it says."""
        for name, population in self.graph.populations.items():
            due, found = self.wiring.get(name), (population.entry["genotype_channels"], population.size)
            if due is None or population.role not in due.roles or found != due[1:]:
                text = f"found '{population.role}' of {found}; the genotype has {due and tuple(due)}"
                self.problems.append(differs(f"population '{name}'", text))
            else:
                self.kept[name][population.channels] = True
        for name in ("input", "readout"):
            if not self.kept[name].all():
                self.problems.append(differs(f"population '{name}'", "channels are missing"))
        entry = self.graph.populations["input"].entry if "input" in self.graph.populations else {}
        entering = (*(entry.get(field) for field in ("minimum", "maximum", "message_bits")), self.graph.timesteps)
        if entering != (wanted := (*self.reference.entering, self.reference.steps)):
            text = f"found values, bits and steps {entering}; the genotype has {wanted}"
            self.problems.append(differs("population 'input'", text))

    def _maps(self, target: str, blocks: Iterable[Block], like: Maps) -> Maps:
        """The integers of blocks into a population, in the genotype's channels, but what is due after the last step."""
        made, maps = self.wiring[target], {key: due.like() for key, due in like.items()}
        for block in blocks:
            if block.target == target and block.distance < self.reference.steps:
                read = self.wiring[block.source]
                none = Synapses(read.size, made.size, (made.channels, read.channels))
                maps.setdefault((block.source, block.distance), none).add(block.kernels, block.ends, block.window)
        return maps

    def _found(self, population: Population, like: Maps) -> Maps:
        """The program's integers into a population; of maxima and relays the signs: how strong is no matter.

        What a relay sends on is of whom it carries.
        """
        blocks = list[Block]()
        for block in (block for block in self.graph.blocks if block.target == population.name):
            channels = self.graph.populations[block.source].channels
            source, channels = self.carried.get(block.source, (block.source, channels))
            ends = (population.channels[block.ends[0]], channels[block.ends[1]])
            blocks.append(block._replace(source=source, ends=ends))
        maps = self._maps(population.name, blocks, like)
        if population.role not in ("maximum", "relay"):
            return maps
        if not self._memoryless(population, maps):
            text = "found neurons that do not spike just where any input does"
            self.problems.append(differs(f"population '{population.name}'", text))
        return {key: found.signs() for key, found in maps.items()}

    def _memoryless(self, population: Population, maps: Maps) -> bool:
        """Whether any input makes it spike and be 0 again: no bias or inhibition, a threshold below every weight."""
        sums, lowest = np.zeros((2, len(self.kept[population.name])), np.int64)
        lowest[population.channels] = population.constant("vth")
        held = not population.bias.any() and (population.constant("du") == 4095).all() and (lowest >= 0).all()
        for found in maps.values():
            _, targets, _, values = found.total()
            np.add.at(sums, targets, values)
            held &= (values > lowest[targets]).all()
        return bool(held and sums.max() <= self.accumulator)

    def _relay(self, relay: Population) -> None:
        """It carries a population if each neuron reads one of it, at its own place and in its step."""
        place = tuple((0, 0, int(side > 1), side) for side in relay.size)
        for (source, distance), found in (maps := self._found(relay, {})).items():
            numbers, targets, reads, _ = found.total()
            sent = dict(zip(targets.tolist(), reads.tolist(), strict=True))
            own = relay.size == found.read and {[*found.places][number] for number in numbers.tolist()} == {place}
            if own and not distance and len(maps) == 1 and sorted(sent) == sorted(targets) == sorted(relay.channels):
                self.carried[relay.name] = (source, np.array([sent[channel] for channel in relay.channels.tolist()]))
        if relay.name not in self.carried:
            blocks = [block.name for block in self.graph.blocks if block.target == relay.name]
            text = f"found a relay that does not send on each spike of one population, by blocks {', '.join(blocks)}"
            self.problems.append(differs(f"population '{relay.name}'", text))

    def _synapses(self, population: Population) -> None:
        """All that a population reads, against PyTorch's."""
        name, wanted = population.name, self.maps[population.name]
        self.checked["integers"] += sum(len(total[0]) for total in self.totals[name].values())
        for (source, distance), found in self._found(population, wanted).items():
            due = wanted.get((source, distance), found.like())
            left, matters = due.minus(found), self.kept[source] | ~self.silent[source]
            _, targets, reads, _ = left.total()
            for target in np.unique(targets[self.kept[name][targets] & matters[reads]]).tolist():
                wrong = [(ends, value) for ends, value in left.neurons(target).items() if matters[ends[-1]]]
                for (at, start, channel), value in wrong[:1]:
                    pytorch = due.neurons(target).get((at, start, channel), 0)
                    blocks = [b.name for b in self.graph.blocks if b.target == name and b.distance == distance]
                    gone = "" if self.kept[source][channel] else ", of a channel that was removed and may spike"
                    text = f"weight at {at} from {start}: found {pytorch - value}; PyTorch's is {pytorch}{gone}"
                    place = f"population '{name}', channel {target}, from '{source}', channel {channel}"
                    origin = f"distance {distance}, of blocks {', '.join(blocks)}"
                    self.problems.append(differs(place, f"{text}; {origin}"))
                    return

    def _reach(self, name: str) -> tuple[Ints, Ints, Ints, Ints]:
        """Lowest and highest synaptic sum of a step, and membrane, (C,), of PyTorch's integers.

        What is silent sends nothing, all else anything.
        """
        low, high = np.zeros((2, self.wiring[name].channels), np.int64)
        for (source, _), (_, targets, reads, values) in self.totals[name].items():
            ends = self.reference.entering[:2] if source == "input" else (0, 1)
            heard = np.outer(ends, values * ~self.silent[source][reads])
            np.add.at(low, targets, heard.min(axis=0).clip(max=0))
            np.add.at(high, targets, heard.max(axis=0).clip(min=0))
        return low, high, *membranes((low, high), self.constants[name], self.reference.steps)

    def _find_silent(self) -> None:
        """Channels that no input makes spike, from PyTorch's integers: each round knows those of the round before."""
        searched = any(not kept.all() for kept in self.kept.values())
        while searched:
            searched = False
            for name, neurons in self.constants.items():
                low, _, _, highest = self._reach(name)
                silent = (highest <= neurons.threshold) & (64 * low > -REGISTER) & (neurons.reset != "none")
                searched |= bool((silent & ~self.silent[name]).any())
                self.silent[name] |= silent

    def _ranges(self) -> None:
        """What may leave its register; of channels that were removed, what PyTorch itself would refuse."""
        for name, neurons in self.constants.items():
            low, high, lowest, highest = self._reach(name)
            top, here = READOUT_MAX if neurons.reset == "none" else REGISTER, self.graph.populations.get(name)
            registers = [("current", 64 * low, 64 * high, REGISTER), ("membrane", lowest, highest, top)]
            if here is not None and not here.entry["on_host"]:
                registers.append(("accumulator", low, high, self.accumulator))
            for register, least, most, up in registers:
                down, size = REGISTER if register == "membrane" else up, np.maximum(-least, most)
                beyond = self.kept[name] & ((-least > down) | (most > up))
                beyond |= (register == "current") & (size > WRAPS_ONCE)
                self.checked["registers"] += 1
                if beyond.any():
                    worst = int(np.argmax(np.where(beyond, size, -1)))
                    reach = f"{least[worst]} .. {most[worst]}; it holds -{down} .. {up}"
                    text, at = f"{register} of channel {worst} may reach {reach}", {"channel": worst, "limit": up}
                    place = f"population '{name}'"
                    self.problems.append(Problem("range", place, text, population=name, register=register, **at))
