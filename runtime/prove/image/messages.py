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
    """Messages to one core by the population that sends them, and what sends astray.

    Ids of its map, axon and tag of each message; the tags are the ids themselves, the same array, where every neuron sends its own.
    """

    by_source: dict[str, tuple[Ints, Ints, Ints]]
    problems: tuple[Problem, ...]


def by_core(routes: Sequence[Routes]) -> dict[int, list[Routes]]:
    """Routes by the core that they lead to."""
    found: dict[int, list[Routes]] = {}
    for sender in routes:
        for core in np.unique(sender.rows[:, 2]).tolist():
            found.setdefault(core, []).append(sender._replace(rows=sender.rows[sender.rows[:, 2] == core]))
    return found


def arriving(graph: Graph, core: int, axons: int, routes: Sequence[Routes]) -> Arriving:
    """Everything that is sent to a core of so many axons, by all `routes` to it."""
    parts: dict[str, list[tuple[Ints, Ints, Ints]]] = {}
    problems: list[Problem] = []
    for sender in routes:
        rows = sender.rows
        count, start = rows[:, 1], rows[:, 0] - sender.first
        shape = graph.populations[sender.source].entry["shape"]
        size = int(np.prod(shape)) if sender.ids is None else len(sender.ids)
        if (start + count > size).any() or (rows[:, 3] >= axons).any():
            problems.append(Problem("differs", sender.place, f"a neuron or an axon of core {core} that is not there"))
            continue
        if count.sum() > MESSAGES_MAX:
            raise UnknownError(f"{sender.place}: more than {MESSAGES_MAX:,} messages to core {core}")
        number = spread(start, count)
        ids = number if sender.ids is None else sender.ids[number]
        tags = ids
        if (rows[:, 4] != OWN_ID).any():
            tag = np.repeat(rows[:, 4], count)
            tags = np.where(tag == OWN_ID, ids, tag)
        parts.setdefault(sender.source, []).append((ids, np.repeat(rows[:, 3], count), tags))
    found = {}
    for source, columns in parts.items():
        ids, axons_of = (np.concatenate([column[part] for column in columns]) for part in (0, 1))
        own = all(column[2] is column[0] for column in columns)
        found[source] = (ids, axons_of, ids if own else np.concatenate([column[2] for column in columns]))
    return Arriving(found, tuple(problems))
