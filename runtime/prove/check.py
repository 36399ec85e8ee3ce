"""The certificate: the integers that PyTorch folds, wired as genotype.json says, are the program's, and in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from litesnn.runtime.prove.neurons import READOUT_MAX, REGISTER, Ints
from litesnn.runtime.prove.program import Block, Graph, format_problems, register_problems
from litesnn.runtime.prove.reference import Reference
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.timing import timing_problems
from litesnn.runtime.prove.verdict import Problem, differences, differs

SPIKING = {"lif": "neurons", "programmed_lif": "neurons"}
ANY_SPIKE = ("maximum", "relay")  # they are due to spike where any input does, however strong it is
WRAPS_ONCE = 3 * 2**23  # beyond it one wrap does not bring a current back, and PyTorch refuses it


class Check:
    """One program against the integers of one genotype, all channels of the network in one numbering.

    What reads a relay counts as reading the population that the relay stands for, relays themselves included: each is
    what it says because those that it reads are, and by their times these come before it.

    Parameters
    ----------
    reference : the network as genotype.json and PyTorch have it, with the relays of the graph
    accumulator : largest magnitude of a synaptic sum on the chip
    """

    def __init__(self, graph: Graph, reference: Reference, accumulator: int) -> None:
        self.graph, self.reference, self.accumulator = graph, reference, accumulator
        self.wired, self.neurons, count = reference.populations, reference.neurons(), len(reference.labels)
        self.kept, self.on_chip = np.zeros((2, count), bool)  # channels that the program has, and has on the chip
        self.sends = np.repeat([[0], [1]], count, axis=1)  # least and most that channels send, if they do
        ids, _, entering = self.wired["input"]
        self.sends[:, ids] = [[min(0, entering["minimum"])], [max(0, entering["maximum"])]]
        self.due = self._sum(reference.blocks, Synapses((0, 0), (0, 0), (count, count * reference.steps)))
        self.integers = self.due.total()
        self.counts = {"integers": len(self.integers[0]), "registers": 0}

    def problems(self) -> list[Problem]:
        """What was found; `UnknownError` for what is not known."""
        if problems := [*self._populations()]:
            return problems
        ranges = [*self._ranges()]
        formats = (problem for block in self.graph.blocks for problem in format_problems(block))
        return [*self._synapses(), *self._constants(), *formats, *timing_problems(self.graph), *ranges]

    def _populations(self) -> Iterator[Problem]:
        """Populations are the genotype's, or relays; input and readout are whole, and steps as many."""
        for name, population in self.graph.populations.items():
            due = self.wired[name].fields if name in self.wired else {}
            kind, size = SPIKING.get(population.role, population.role), tuple(population.entry["shape"][1:])
            entry = {**population.entry, "kind": kind, "size": size, "timesteps": self.graph.timesteps}
            found = {field: entry.get(field) for field in {"kind", *due}}
            yield from differences(f"population '{name}'", "the genotype has", found, due)
            if found == due:
                ids = self.wired[name].ids[population.channels]
                self.kept[ids] = True
                self.on_chip[ids] = population.role != "source" and not population.entry["on_host"]
        for name in ("input", "readout"):
            if not self.kept[self.wired[name].ids].all():
                yield differs(f"population '{name}'", "channels are missing")

    def _sum(self, blocks: Iterable[Block], made: Synapses) -> Synapses:
        """Add blocks between the network's channels, those that are read over a distance numbered after all others.

        What is due after the last step never comes.
        """
        for block in blocks:
            if 0 <= block.distance < self.reference.steps:
                ends = (block.ends[0], block.ends[1] + block.distance * len(self.kept))
                sizes = (self.wired[block.source].size, self.wired[block.target].size)
                made.add(block.kernels, ends, block.window, sizes)
        return made

    def _synapses(self) -> Iterator[Problem]:
        """Of every population the first integer that is not PyTorch's, and what does not spike with any input."""
        relays, left, graph = self.reference.relays, self.due, self.graph
        read = {name: self.wired[relays.get(name, name)].ids[p.channels] for name, p in graph.populations.items()}
        spikes = (self.sends[0] == 0) & (self.sends[1] <= 1)
        for name, population in graph.populations.items():
            made, blocks = self.wired[name].ids[population.channels], list[Block]()
            for block in (block for block in graph.blocks if block.target == name):
                blocks.append(block._replace(ends=(made[block.ends[0]], read[block.source][block.ends[1]])))
            found = self._sum(blocks, self.due.like())
            if population.role in ANY_SPIKE:
                numbers, targets, sources, values = found.total()
                loud = (values > population.constant("vth").max()) & spikes[sources % len(spikes)]
                most = np.bincount(targets, values).max(initial=0)
                if population.neurons.bias.any() or not loud.all() or most > self.accumulator:
                    yield differs(f"population '{name}'", "found neurons that do not spike just where any input does")
                found = self.due.of(numbers, targets, sources, np.sign(values))
            left = left.minus(found)
        rows = left.total()
        matters = self.kept[rows[1]] & (self.kept | self.sends.any(axis=0))[rows[2] % len(self.kept)]
        for name, wired in self.wired.items():
            for at in np.flatnonzero(matters & np.isin(rows[1], wired.ids))[:1]:
                yield self._weight(name, *(int(column[at]) for column in rows))

    def _weight(self, name: str, number: int, target: int, read: int, off: int) -> Problem:
        """A weight into a population that is less than PyTorch's by `off`; the numbers are those of sums."""
        numbers, targets, sources, values = self.integers
        due = int(values[(numbers == number) & (targets == target) & (sources == read)].sum())
        (y, from_y, down, _), (x, from_x, across, _) = [*self.due.places][number]
        distance, source = divmod(read, len(self.kept))
        labels, of = self.reference.labels, (name, distance)
        blocks = ", ".join(block.name for block in self.graph.blocks if (block.target, block.distance) == of)
        text = f"weight at {(y, x)} from {(from_y, from_x)}, by steps of {(down, across)}: found {due - off}; due {due}"
        text += "" if self.kept[source] else ", of a channel that was removed and may spike"
        place = f"population {labels[target]}, from {labels[source]}"
        return differs(place, f"{text}; distance {distance}, of blocks {blocks}")

    def _constants(self) -> Iterator[Problem]:
        """What neurons compute with, and what does not fit their registers."""
        steps, told = self.reference.steps, self.neurons.telling(self.reference.steps)
        for name, population in self.graph.populations.items():
            if population.role != "source":
                yield from register_problems(population)
            if population.role not in ("source", *ANY_SPIKE):
                due = {field: values[self.wired[name].ids[population.channels]] for field, values in told.items()}
                found, channels = population.neurons.telling(steps), population.channels.tolist()
                self.counts["integers"] += 3 * len(channels)  # bias, threshold and decay
                yield from differences(f"population '{name}'", "PyTorch's is", found, due, channels)

    def _reach(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Lowest and highest synaptic sum of a step, and membrane, of every channel, by PyTorch's integers.

        What no input makes spike sends nothing: each round knows what the one before found silent.
        """
        _, targets, sources, values = self.integers
        while True:
            (least, most), (low, high) = self.sends[:, sources % len(self.kept)], np.zeros_like(self.sends)
            np.add.at(low, targets, values * np.where(values > 0, least, most))
            np.add.at(high, targets, values * np.where(values > 0, most, least))
            lowest, highest = self.neurons.reach(low, high, self.reference.steps)
            silent = (highest <= self.neurons.threshold) & (64 * low > -REGISTER) & (self.neurons.reset != "none")
            if not self.sends[:, silent].any():
                return low, high, lowest, highest
            self.sends[:, silent] = 0

    def _ranges(self) -> Iterator[Problem]:
        """What may leave its register; of channels that were removed, what PyTorch itself would refuse."""
        low, high, lowest, highest = self._reach()
        whole, top = np.full_like(low, REGISTER), np.where(self.neurons.reset == "none", READOUT_MAX, REGISTER)
        registers = {"current": (64 * low, 64 * high, whole, whole), "membrane": (lowest, highest, whole, top)}
        registers["accumulator"] = (low, high, *np.full((2, len(low)), self.accumulator))
        for register, (least, most, down, up) in registers.items():
            size, own = np.maximum(-least, most), self.on_chip if register == "accumulator" else self.kept
            beyond = own & ((-least > down) | (most > up)) | (register == "current") & (size > WRAPS_ONCE)
            for name in self.reference.integers:
                ids = self.wired[name].ids
                self.counts["registers"] += bool(own[ids].any())
                channel = int(np.argmax(np.where(beyond, size, -1)[ids]))
                worst = ids[channel]
                if beyond[worst]:
                    reach = f"{least[worst]} .. {most[worst]}; it holds -{down[worst]} .. {up[worst]}"
                    text = f"{register} of channel {channel} may reach {reach}"
                    at = {"channel": channel, "limit": int(up[worst])}
                    yield Problem("range", f"population '{name}'", text, population=name, register=register, **at)
