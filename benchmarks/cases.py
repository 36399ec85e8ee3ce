"""Networks of the campaigns: what a generator makes, and where each campaign's generators are.

A module with generators stands in `tests/`, so that tests use them too, and has `KINDS`: name -> function from a seed to a `Case`.
The same seed makes the same case. A generator raises a `LiteSNNError` where the network that it drew is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from litesnn.compiler.graph import Graph
from litesnn.runtime.verify import Observed

Inputs = np.ndarray[Any, np.dtype[np.int16]]
# Campaign -> module with its generators.
CAMPAIGNS = {"feedback": "feedback_networks", "forward": "forward_networks"}


@dataclass(frozen=True, eq=False)
class Case:
    """One network to run.

    Attributes
    ----------
    graph : compiled
    inputs : (N, C, H, W) held for T steps, or (N, T, C, H, W)
    reference : what runs the same inputs by equations of its own: PyTorch, or for a network without a genotype an independent simulator
    reference_name : "pytorch" or "naive"
    """

    graph: Graph
    inputs: Inputs
    reference: Callable[[Inputs], Observed]
    reference_name: str


Generator = Callable[[int], Case]


def generators(campaign: str) -> Mapping[str, Generator]:
    """The generators of a campaign, by kind."""
    tests = str(Path(__file__).parents[1] / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    kinds: Mapping[str, Generator] = import_module(CAMPAIGNS[campaign]).KINDS
    return kinds
