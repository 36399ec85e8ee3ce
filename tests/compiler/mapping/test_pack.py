"""Where slices go: on the core they fit best, and cut only where that saves one."""

from __future__ import annotations

import numpy as np
from mapping_networks import dense_stack

from litesnn.compiler.mapping import map_graph
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.loads import ADDITIVE, Cores, Item
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.profile import load_profile


def item(neurons: int) -> Item:
    use = np.zeros(len(ADDITIVE), np.int64)
    use[ADDITIVE.index("neurons")] = neurons
    none: frozenset[tuple[int, int]] = frozenset()
    part = Slice("a", (0, neurons), (0, 1), (0, 1))
    return Item(
        slice=part,
        use=use,
        registers=frozenset(),
        thresholds=frozenset(),
        group=("lif",),
        decays=none,
        delay_bits=0,
    )


def filled(best: bool) -> Cores:
    """Cores with 500, 900 and 700 of 1,024 neurons."""
    cores = Cores(core_limits(load_profile("loihi1")), best)
    for neurons in (500, 900, 700):
        cores.add(None, item(neurons))
    return cores


def test_best_fit_leaves_least_over_and_first_fit_takes_the_first():
    assert filled(best=True).find(item(120)) == 1
    assert filled(best=True).find(item(300)) == 2
    assert filled(best=False).find(item(120)) == 0
    assert filled(best=True).find(item(600)) is None


def test_a_readout_that_fits_beside_others_is_whole():
    target = load_profile("loihi2", {"chip.neurons_per_core": "64"})
    mapping = map_graph(dense_stack((20, 100, 90, 10)), target)
    assert len(mapping.cores) == mapping.least_cores
    assert sum(part.population == "readout" for core in mapping.cores for part in core.slices) == 1
