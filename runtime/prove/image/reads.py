"""What a core does with what arrives, group by group and source by source, against the blocks of the graph.

Of both, all kernels that slide over the source are added up first: what is equal cancels there. What is left is held
against lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from litesnn.runtime.prove.image.core import Box, Core, Three
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.image.neurons import Read, list_problem
from litesnn.runtime.prove.image.sent import OWN_ID, Rows, Sent
from litesnn.runtime.prove.program import Block, Graph, Ints, only
from litesnn.runtime.prove.rows import items
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.verdict import Problem, differs

LIST, POPULATION, WINDOW = 0, 1, 2
FIELDS = "source kernel stride padding dilation channels"
Blocks = dict[tuple[str, str], list[Block]]
"""By source and target."""


def read_problems(graph: Graph, core: Core, lists: Lists, sent: Sent, blocks: Blocks) -> Iterator[Problem]:
    """Synapses that a core has and the graph has not, or the other way round."""
    reads, arriving = core.tables["reads"], sent.to(core.number)
    kind, first, count, _, group, _ = reads.T
    astray = (kind > WINDOW) | (group >= len(core.groups)) | (first + count >= len(lists.first))
    if astray.any():
        yield differs(core.binary, f"read {np.argmax(astray)}: a kind, a group or lists that are not there")
        return
    here = {box.population for box in core.groups}
    for source in dict.fromkeys((*arriving, *(source for source, target in blocks if target in here))):
        rows = arriving.get(source, np.zeros((0, 4), np.int64))
        row, read = items(core.tables["axons"], rows[:, 2])
        c, y, x = graph.populations[source].entry["shape"]
        for number, box in enumerate(core.groups):
            own, into = group[read] == number, blocks.get((source, box.population), [])
            if into or own.any():
                text = _Pair(core, lists, box, (c, y, x)).problem(sent, rows[row[own]], read[own], into)
                if text:
                    yield differs(f"{core.binary}: '{source}' into '{box.population}'", text)


class _Pair:
    """A source of a `shape`, and a group of a core.

    In sums a synapse of delay d into channel c of the group's n is one into channel d * n + c.
    """

    def __init__(self, core: Core, lists: Lists, box: Box, shape: Three) -> None:
        self.core, self.lists, self.box, self.shape, self.count = core, lists, box, shape, len(box.numbers)

    def problem(self, sent: Sent, rows: Rows, read: Ints, blocks: Sequence[Block]) -> str | None:
        """Of rows of what is sent each makes the core do a read; a text where that is not what `blocks` say."""
        late = max([int(self.lists.delay.max(initial=0)), *(block.entry["delay"] for block in blocks)])
        if late >= 2**24:
            return f"a delay of {late} steps, which no list holds"
        sides, channels = self.box.numbers.shape, (self.count * (late + 1), self.shape[0])
        due = Synapses(self.shape[1:], (sides[1], sides[2]), channels, self.box.corner[1:])
        for block in blocks:
            self._take(due, block)
        sliding = self.core.tables["reads"][read, 0] == WINDOW
        for number in np.unique(read[sliding]).tolist():
            found, times = due.like(), sent.times(rows[read == number], int(np.prod(self.shape)))
            if (text := self._window(number, times, found)) is not None:
                return text
            due = due.minus(found)
        rows, read = rows[~sliding], read[~sliding]
        row, ids = sent.messages(rows)
        kind, first, count, base, *_ = self.core.tables["reads"][read[row]].T
        tag = np.where(rows[row, 3] == OWN_ID, ids, rows[row, 3])
        chosen = first + np.where(kind == POPULATION, tag, 0)
        if (chosen >= first + count).any():
            return "a message reads beyond the lists of its axon"
        return list_problem(self.lists, Read(ids, chosen, base, self._gaps(read)[row]), self.box, self.shape, due)

    def _gaps(self, read: Ints) -> Ints:
        """A number for each read: equal where the same lists lead into the same gaps, counted from the base."""
        first, gap = self.box.entry["first"], np.append(self.box.gap, False)
        targets, kinds = dict[tuple[int, int], Ints](), dict[tuple[int, int, bytes], int]()
        found = np.zeros_like(read)
        for place, (start, count, base) in enumerate(
            self.core.tables["reads"][read, 1:4].tolist() if gap.any() else ()
        ):
            if (start, count) not in targets:
                targets[start, count] = np.unique(self.lists.target[slice(*self.lists.first[[start, start + count]])])
            at = base - first + targets[start, count]
            within = gap[np.where((at >= 0) & (at < gap.size), at, -1)].tobytes()
            found[place] = kinds.setdefault((start, count, within), len(kinds))
        return found

    def _take(self, due: Synapses, block: Block) -> None:
        """Add to what is due what a block leads into the group."""
        targets, sources = block.ends
        inside = ((targets >= self.box.corner[0]) & (targets < self.box.corner[0] + self.count)).ravel()
        if targets.ndim == sources.ndim:
            sources = sources[inside]
        to = targets[inside] - self.box.corner[0] + block.entry["delay"] * self.count
        due.add(block.kernels[inside], (to, sources), block.window)

    def _window(self, row: int, times: Ints, found: Synapses) -> str | None:
        """Add to `found` what a read of a window adds, to which neurons send as often as `times` says."""
        _, start, count, base, _, number = self.core.tables["reads"][row].tolist()
        window, numbers, shape = self.core.windows[number], self.box.numbers, self.shape
        only(f"core{self.core.number}/memory.json: window {number}", window, FIELDS)
        channels, kernel = np.array(window["channels"], np.int64), (window["kernel"][0], window["kernel"][1])
        lowest, odd = divmod(base - self.box.entry["first"], numbers[0].size)
        if not np.array_equal(numbers.ravel(), numbers[0, 0, 0] + np.arange(numbers.size)):
            return "a window leads to a group whose numbers do not rise by channel, row, column"
        if tuple(window["source"]) != shape or count != len(channels) * kernel[0] * kernel[1] or odd or lowest < 0:
            return "a window over another map, with other lists than its kernel has, or from within a channel"
        if min(*window["stride"], *window["dilation"]) < 1:
            return "a window with a stride or a dilation below 1"
        if len({*window["channels"]}) < len(channels) or not ((channels >= 0) & (channels < shape[0])).all():
            return "a window with lists or channels that are not there"
        if not len(times):
            return "a neuron sends another's id into a window"
        which, at = items(self.lists.first, start + np.arange(count))
        target, delay, weight = self.lists.target[at] + lowest, self.lists.delay[at], self.lists.weight[at]
        if (target >= self.count).any():
            return "a row of a kernel leads beyond the group's channels"
        stride, padding, dilation = ((window[f][0], window[f][1]) for f in ("stride", "padding", "dilation"))
        for late in np.unique(delay).tolist():
            own, kernels = delay == late, np.zeros((self.count, count), np.int64)
            np.add.at(kernels, (target[own], which[own]), weight[own])
            ends = (np.arange(self.count)[:, None] + late * self.count, channels)
            found.add(kernels.reshape(self.count, -1, *kernel), ends, (stride, padding, dilation))
        wrong = np.flatnonzero((times != 1) & found.sources().ravel()) if (times != 1).any() else times[:0]
        return f"neuron {wrong[0]} sends {times[wrong[0]]} times into a window" if len(wrong) else None
