"""The certificate: the integers that PyTorch folds, wired as genotype.json says, are those of the program, and meet in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.constants import constant_problems, format_problems, register_problems
from litesnn.runtime.prove.program import Graph, Population
from litesnn.runtime.prove.ranges import READOUT_MAX, REGISTER, Constants, Interval, membranes
from litesnn.runtime.prove.synapses import Ints, Synapses
from litesnn.runtime.prove.timing import timing_problems
from litesnn.runtime.prove.verdict import Problem, Proof, UnknownError, differs
from litesnn.runtime.prove.wiring import Wired

Masks = dict[str, npt.NDArray[np.bool_]]
Maps = dict[tuple[str, int], Synapses]  # (population that is read, distance) -> all synapses from there
KINDS = {"source": {"source"}, "readout": {"readout"}, "maximum": {"maximum"}, "neurons": {"lif", "programmed_lif"}}
EXACT = 2**46  # below it integers, and their sums, are exact in float64
WRAPS_ONCE = 3 * 2**23  # beyond it one wrap does not bring a current back, and PyTorch refuses it


class Check:
    """One program against the integers of one genotype.

    Parameters
    ----------
    genotype, wiring : genotype.json, and what it says of populations and edges
    integers : population -> PyTorch's, `FixedPopulation` of `search/model/reference.py`
    accumulator : largest magnitude of a synaptic sum on the chip
    """

    def __init__(
        self,
        graph: Graph,
        genotype: Mapping[str, Any],
        wiring: dict[str, Wired],
        integers: Mapping[str, Any],
        accumulator: int,
    ) -> None:
        self.graph, self.wiring, self.integers, self.accumulator = graph, wiring, integers, accumulator
        self.steps, given = genotype["timesteps"], genotype["input"]
        direct = given.get("encoding", "direct") == "direct"
        self.entering = (given.get("minimum", -128), given.get("maximum", 127), 8) if direct else (0, 1, 0)
        self.kept: Masks = {name: np.zeros(wired.channels, bool) for name, wired in wiring.items()}
        self.silent: Masks = {name: np.zeros(wired.channels, bool) for name, wired in wiring.items()}
        self.carried: dict[str, tuple[str, Ints]] = {}  # relay -> population and channels whose spikes it sends on
        self.problems: list[Problem] = []
        counts = len(graph.populations), len(graph.blocks), 0, 0
        self.checked = dict(zip(("populations", "blocks", "integers", "registers"), counts, strict=True))

    def proof(self) -> Proof:
        """What was found; `UnknownError` for what is not known."""
        self._populations()
        if not self.problems:
            self.constants = {name: self._constants(name) for name in self.wiring if name != "input"}
            self.maps = {name: self._reference(name, self.integers[name].weights) for name in self.constants}
            self.totals = {name: {key: m.total() for key, m in maps.items()} for name, maps in self.maps.items()}
            self._find_silent()
            for population in sorted(self.graph.populations.values(), key=lambda p: (p.role != "relay", p.arrival)):
                if population.role == "relay":
                    self._relay(population)
                elif population.role != "source":
                    self._synapses(population)
                    self.problems += register_problems(population)
            for population in self.graph.populations.values():
                if population.role in ("lif", "programmed_lif", "readout"):
                    wanted = self.constants[population.name].of(population.channels)
                    self.problems += constant_problems(population, wanted, self.steps)
                    self.checked["integers"] += 3 * len(population.channels)
            self.problems += (problem for block in self.graph.blocks for problem in format_problems(block))
            self.problems += timing_problems(self.graph)
            self._ranges()
        return Proof(tuple(self.problems), self.checked)

    def _differs(self, place: str, detail: str) -> None:
        self.problems.append(differs(place, detail))

    def _populations(self) -> None:
        """Populations are the genotype's, or relays; input and readout are whole, and what enters is what the genotype says."""
        for name, population in self.graph.populations.items():
            due, found = self.wiring.get(name), (population.entry["genotype_channels"], population.size)
            if due is not None and population.role in KINDS[due.kind] and found == (due.channels, due.size):
                self.kept[name][population.channels] = True
            elif population.role != "relay" or due is not None:
                text = f"found '{population.role}' of {found}; the genotype has {due and due[:3]}"
                self._differs(f"population '{name}'", text)
        for name in ("input", "readout"):
            if not self.kept[name].all():
                self._differs(f"population '{name}'", "channels are missing")
        entry = self.graph.populations["input"].entry if "input" in self.graph.populations else {}
        given = [entry.get(field) for field in ("minimum", "maximum", "message_bits")] + [self.graph.timesteps]
        if given != (wanted := [*self.entering, self.steps]):
            self._differs("population 'input'", f"found values, bits and steps {given}; the genotype has {wanted}")

    def _constants(self, name: str) -> Constants:
        """PyTorch's, of a whole population."""
        found, full = self.integers[name], np.ones(self.wiring[name].channels, np.int64)
        threshold = full * READOUT_MAX if found.threshold is None else found.threshold
        reset = "none" if self.wiring[name].kind == "readout" else found.reset
        return Constants(full * found.decay_mantissa, found.bias_mant << found.bias_exp, threshold, reset)

    def _reference(self, name: str, weights: Mapping[str, Ints]) -> Maps:
        """PyTorch's integers, wired as genotype.json says; feedback that is due after a sample's last step is none."""
        into, maps = self.wiring[name], Maps()
        if {edge.name for edge in into.edges} != set(weights):
            raise UnknownError(f"population '{name}': PyTorch folds the edges {sorted(weights)}")
        for edge in (edge for edge in into.edges if edge.distance < self.steps):
            counts = [self.wiring[source].channels for source in edge.sources]
            kernels = weights[edge.name].reshape(into.channels, -1, *edge.kernel)
            by_channel = kernels.shape[1] == 1 and sum(counts) > 1
            if not by_channel and kernels.shape[1] != sum(counts):
                raise UnknownError(f"{edge.name}: PyTorch folds weights of shape {kernels.shape}")
            if max(int(kernels.max(initial=0)), -int(kernels.min(initial=0))) >= EXACT:
                raise UnknownError(f"{edge.name}: integers beyond 2^46, where float64 is not exact")
            stride, padding, dilation = ((figure, figure) for figure in edge[3:6])
            window, first = (stride, padding, dilation), 0
            for source, count in zip(edge.sources, counts, strict=True):
                ids, part = np.arange(count), slice(first, first + count)
                found = maps.setdefault((source, edge.distance), self._none(source, name))
                ends = (ids + first if by_channel else np.arange(into.channels), ids)
                found.add(kernels[part, 0] if by_channel else kernels[:, part], ends, window)
                first += count
        return maps

    def _none(self, source: str, target: str) -> Synapses:
        """No synapses between two populations of the genotype."""
        read, made = self.wiring[source], self.wiring[target]
        return Synapses(read.size, made.size, (made.channels, read.channels))

    def _found(self, population: Population) -> Maps:
        """The program's integers into a population, in the genotype's channels; what relays send on is of whom they carry."""
        maps = Maps()
        for block in self.graph.blocks:
            if block.target == population.name and block.distance < self.steps:
                read = self.graph.populations[block.source]
                source, channels = self.carried.get(block.source, (block.source, read.channels))
                ends = (population.channels, channels)
                if source not in self.wiring:
                    text = f"found a source '{source}' that stands for none of the genotype's"
                    self._differs(f"block '{block.name}'", text)
                    continue
                if block.pairs is not None:
                    ends = (ends[0][block.pairs[0]], ends[1][block.pairs[1]])
                if (source, block.distance) not in maps:
                    counts = (population.entry["genotype_channels"], self.wiring[source].channels)
                    maps[source, block.distance] = Synapses(read.size, population.size, counts)
                maps[source, block.distance].add(block.kernels << block.entry["exponent"], ends, block.window)
        return maps

    def _relay(self, relay: Population) -> None:
        """It carries a population if each neuron reads one of it, at its own place and in its step, and remembers nothing."""
        maps = self._found(relay)
        if len(maps) == 1:
            (((source, distance), found),) = maps.items()
            targets, reads, values = found.total()
            alone = found.places == [tuple((0, 0, int(side > 1), side) for side in relay.size)] and not distance
            order = np.argsort(targets)
            whole = np.array_equal(targets[order], np.sort(relay.channels))
            if alone and whole and self._memoryless(relay, targets, values):
                self.carried[relay.name] = (source, reads[order][np.searchsorted(targets[order], relay.channels)])
                return
        self._differs(f"population '{relay.name}'", "found a relay that does not send on each spike of one population")

    def _memoryless(self, population: Population, targets: Ints, values: Ints) -> bool:
        """Whether any input alone makes it spike, so that it is 0 again: no bias, no inhibition, a threshold below every weight."""
        sums, lowest = np.zeros((2, population.entry["genotype_channels"]), np.int64)
        np.add.at(sums, targets, values)
        lowest[population.channels] = population.constant("vth")
        held = (lowest >= 0).all() and (values > lowest[targets]).all() and sums.max() <= self.accumulator
        return bool(held and not population.bias.any() and (population.constant("du") == 4095).all())

    def _synapses(self, population: Population) -> None:
        """All that a population reads, against PyTorch's; of a maximum, only where it reads matters."""
        name, wanted, maps = population.name, self.maps[population.name], self._found(population)
        maximum = population.role == "maximum"
        for key in dict.fromkeys((*wanted, *maps)):
            nothing = self._none(key[0], name)
            due, found = wanted.get(key, nothing), maps.get(key, nothing)
            matters = self.kept[key[0]] | ~self.silent[key[0]]
            if maximum and not self._memoryless(population, *found.total()[::2]):
                self._differs(f"population '{name}'", "found neurons that do not spike just where any input does")
            left = due.minus(found.signs() if maximum else found)
            targets, reads, _ = left.total()
            self.checked["integers"] += len(due.total()[0])
            for target in np.unique(targets[self.kept[name][targets] & matters[reads % left.channels[1]]]).tolist():
                for at, start, channel, value in left.neurons(target):
                    if matters[channel]:
                        pytorch = next((v for *ends, v in due.neurons(target) if ends == [at, start, channel]), 0)
                        blocks = [b.name for b in self.graph.blocks if b.target == name and b.distance == key[1]]
                        gone = "" if self.kept[key[0]][channel] else ", of a channel that was removed and may spike"
                        text = f"{at} from {start}: found {pytorch - value}; PyTorch's is {pytorch}{gone}; of blocks {', '.join(blocks)}"
                        place = f"population '{name}', channel {target}, from '{key[0]}', channel {channel}, distance {key[1]}"
                        self._differs(place, f"weight at {text}")
                        return

    def _sums(self, name: str) -> Interval:
        """Lowest and highest synaptic sum of a step, (C,), of PyTorch's integers: what is silent sends nothing, all else anything."""
        low, high = np.zeros((2, self.wiring[name].channels), np.int64)
        for (source, _), (targets, reads, values) in self.totals[name].items():
            least, most = self.entering[:2] if source == "input" else (0, 1)
            heard = values * ~self.silent[source][reads % self.wiring[source].channels]
            np.add.at(low, targets, np.minimum(heard * least, heard * most).clip(max=0))
            np.add.at(high, targets, np.maximum(heard * least, heard * most).clip(min=0))
        return low, high

    def _find_silent(self) -> None:
        """Channels that no input makes spike, from PyTorch's integers: each round knows those of the round before."""
        removed = any(not kept.all() for kept in self.kept.values())
        while removed:
            removed = False
            for name, neurons in self.constants.items():
                sums = self._sums(name)
                silent = (membranes(sums, neurons, self.steps)[1] <= neurons.threshold) & (64 * sums[0] > -REGISTER)
                found = silent & ~self.silent[name] & (neurons.reset != "none")
                removed |= bool(found.any())
                self.silent[name] |= found

    def _ranges(self) -> None:
        """What may leave its register, per population; of channels that were removed, what PyTorch itself would refuse."""
        for name, neurons in self.constants.items():
            low, high = self._sums(name)
            lowest, highest = membranes((low, high), neurons, self.steps)
            here, top = self.graph.populations.get(name), READOUT_MAX if neurons.reset == "none" else REGISTER
            current = (64 * low, 64 * high, REGISTER, REGISTER)
            registers = {"current": current, "membrane": (lowest, highest, REGISTER, top)}
            if here is not None and not here.entry["on_host"]:
                registers["accumulator"] = (low, high, self.accumulator, self.accumulator)
            for register, (least, most, down, up) in registers.items():
                self.checked["registers"] += 1
                size = np.maximum(-least, most)
                beyond = self.kept[name] & ((-least > down) | (most > up))
                beyond |= (register == "current") & (size > WRAPS_ONCE)
                if beyond.any():
                    worst = int(np.argmax(np.where(beyond, size, -1)))
                    text = f"{register} of channel {worst} may reach {least[worst]} .. {most[worst]}; it holds -{down} .. {up}"
                    place = {"place": f"population '{name}'", "detail": text, "population": name, "register": register}
                    self.problems.append(Problem("range", **place, channel=worst, limit=up))
