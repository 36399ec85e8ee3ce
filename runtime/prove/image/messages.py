"""What arrives at a core: who sends to which axon, with which tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.core import Routes
from litesnn.runtime.prove.image.spread import spread
from litesnn.runtime.prove.program import Graph, Ints
from litesnn.runtime.prove.verdict import Problem, UnknownError

OWN_ID = 2**32 - 1
MESSAGES_MAX = 2**27
"""More than any core has neurons that send to it."""


class Arriving(NamedTuple):
    """Messages to one core by the population that sends them: ids of its map, axon and tag of each; and what sends astray."""

    by_source: dict[str, tuple[Ints, Ints, Ints]]
    problems: tuple[Problem, ...]


def arriving(graph: Graph, core: int, axons: int, routes: Sequence[Routes]) -> Arriving:
    """Everything that is sent to a core of so many axons."""
    parts: dict[str, list[tuple[Ints, Ints, Ints]]] = {}
    problems: list[Problem] = []
    for sender in routes:
        rows = sender.rows[sender.rows[:, 2] == core]
        if not len(rows):
            continue
        count, start = rows[:, 1], rows[:, 0] - sender.first
        shape = graph.populations[sender.source].entry["shape"]
        size = int(np.prod(shape)) if sender.ids is None else len(sender.ids)
        if (start + count > size).any() or (rows[:, 3] >= axons).any():
            problems.append(Problem("differs", sender.place, f"a neuron or an axon of core {core} that is not there"))
            continue
        if count.sum() > MESSAGES_MAX:
            raise UnknownError(f"{sender.place}: more than {MESSAGES_MAX:,} messages to core {core}")
        which = np.repeat(np.arange(len(rows)), count)
        number = spread(start, count)
        ids = number if sender.ids is None else sender.ids[number]
        tags = np.where(rows[which, 4] == OWN_ID, ids, rows[which, 4])
        parts.setdefault(sender.source, []).append((ids, rows[which, 3], tags))
    found = {}
    for source, columns in parts.items():
        ids, axons_of, tags = map(np.concatenate, zip(*columns, strict=True))
        found[source] = (ids, axons_of, tags)
    return Arriving(found, tuple(problems))
