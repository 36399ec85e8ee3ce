"""What arrives at cores: rows of routes by core and source. Neurons are looked up only where a core asks for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.image.core import Routes, spread
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.verdict import Problem, UnknownError, differs

OWN_ID = 2**32 - 1
MESSAGES_MAX = 2**27
"""More than any core has neurons that send to it."""
Rows = Ints
"""(rows, 4): place of the first neuron in all ids, neurons, axon, tag."""


class Sent:
    """Routes of all senders to cores of so many `axons`.

    Attributes
    ----------
    to : core -> source -> rows
    problems : what is sent astray
    """

    def __init__(self, routes: Sequence[Routes], axons: Ints) -> None:
        self.problems: list[Problem] = []
        self.to: list[dict[str, Rows]] = [{} for _ in axons]
        self._ids: Ints = np.concatenate([np.zeros(0, np.int64), *(sender.ids for sender in routes)])
        self._times: dict[bytes, npt.NDArray[np.uint8]] = {}
        parts, begin = [np.zeros((0, 6), np.int64)], 0
        sources = list(dict.fromkeys(sender.source for sender in routes))
        for sender in routes:
            first, count, core, axon, tag = sender.rows.T
            there = (first + count <= len(sender.ids)) & (axon < np.append(axons, 0)[np.minimum(core, len(axons))])
            if not there.all():
                self.problems.append(differs(sender.place, "a neuron, a core or an axon that is not there"))
            source = np.full_like(core, sources.index(sender.source))
            parts.append(np.stack([core, source, begin + first, count, axon, tag], axis=1)[there & (count > 0)])
            begin += len(sender.ids)
        rows = np.concatenate(parts)
        rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
        for part in np.split(rows, np.flatnonzero(np.diff(rows[:, :2], axis=0).any(axis=1)) + 1):
            for core, source in part[:1, :2].tolist():
                self.to[core][sources[source]] = part[:, 2:]

    def ids(self, rows: Rows) -> Ints:
        """Ids in the source's map of all neurons of some rows, row after row."""
        if rows[:, 1].sum() > MESSAGES_MAX:
            raise UnknownError(f"image: more than {MESSAGES_MAX:,} messages from one population to one core")
        found: Ints = self._ids[spread(rows[:, 0], rows[:, 1])]
        return found

    def times(self, rows: Rows, size: int) -> npt.NDArray[np.uint8]:
        """Whether each neuron of a source of so many sends by some rows, 2: more than once; empty where a tag is not its own id.

        Cores that hold slices of one population mostly hear the same: what they hear is counted once.
        """
        key = rows[:, (0, 1, 3)].tobytes()
        if key not in self._times:
            place, count, _, tag = rows.T
            own = (tag == OWN_ID) | (count == 1) & (tag == self._ids[place])
            times = np.minimum(np.bincount(self.ids(rows), minlength=size), 2).astype(np.uint8)
            self._times[key] = times if own.all() else times[:0]
        return self._times[key]
