"""What arrives at cores: rows of routes by core and source. Neurons are looked up only where a core asks for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.runtime.prove.image.core import Routes
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.rows import items
from litesnn.runtime.prove.verdict import Problem, UnknownError, differs

OWN_ID = 2**32 - 1
MESSAGES_MAX = 2**27
"""More than any core has neurons that send to it."""
Rows = Ints
"""(rows, 4): place of the first neuron in all ids, and of the last one's next; axon, tag."""


class Sent:
    """Routes of all senders to cores of so many `axons`.

    Attributes
    ----------
    problems : what is sent astray
    """

    def __init__(self, routes: Sequence[Routes], axons: Sequence[int]) -> None:
        self.problems: list[Problem] = []
        self._to: dict[tuple[int, str], list[Rows]] = {}
        self._ids: Ints = np.concatenate([np.zeros(0, np.int64), *(sender.ids for sender in routes)])
        self._times: dict[bytes, Ints] = {}
        begin = 0
        for sender in routes:
            first, count, core, axon, tag = sender.rows.T
            there = (first + count <= len(sender.ids)) & (axon < np.array([*axons, 0])[np.minimum(core, len(axons))])
            if not there.all():
                self.problems.append(differs(sender.place, "a neuron, a core or an axon that is not there"))
            rows = np.stack([begin + first, begin + first + count, axon, tag], axis=1)
            there &= count > 0
            for number in np.unique(core[there]).tolist():
                self._to.setdefault((number, sender.source), []).append(rows[there & (core == number)])
            begin += len(sender.ids)

    def to(self, core: int) -> dict[str, Rows]:
        """What a core hears, by source."""
        return {source: np.concatenate(rows) for (number, source), rows in self._to.items() if number == core}

    def messages(self, rows: Rows) -> tuple[Ints, Ints]:
        """Of every message of some rows, row after row, its row and the id of the neuron that sends it."""
        if (rows[:, 1] - rows[:, 0]).sum() > MESSAGES_MAX:
            raise UnknownError(f"image: more than {MESSAGES_MAX:,} messages from one population to one core")
        row, place = items(rows[:, :2].ravel(), 2 * np.arange(len(rows)))
        return row, self._ids[place]

    def times(self, rows: Rows, size: int) -> Ints:
        """How often each neuron of a source of so many sends by some rows; empty where a tag is not its own id.

        Cores that hold slices of one population mostly hear the same: what they hear is counted once.
        """
        key = rows[:, (0, 1, 3)].tobytes()
        if key not in self._times:
            begin, end, _, tag = rows.T
            own = (tag == OWN_ID) | (end - begin == 1) & (tag == self._ids[begin])
            times = np.bincount(self.messages(rows)[1], minlength=size)
            self._times[key] = times if own.all() else times[:0]
        return self._times[key]
