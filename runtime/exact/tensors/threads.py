"""How many threads a run uses: small networks are quicker with one, for each operation ends with a wait for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from litesnn.compiler.graph import Graph

# Values that the operations of one step touch, below which waiting for a second thread costs more than it computes (measured:
# some microseconds on a quiet machine, milliseconds where another process holds the core).
WORTH_SHARING = 2**17


@contextmanager
def fitting_threads(graph: Graph, lanes: int, most: int | None = None) -> Iterator[None]:
    """One thread while `lanes` samples of every population are less than is worth sharing; otherwise `most`, or torch's own number."""
    before = torch.get_num_threads()
    largest = max(population.size for population in graph.populations) * lanes
    fitting = 1 if largest < WORTH_SHARING else most or before
    if fitting != before:
        torch.set_num_threads(fitting)
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)
