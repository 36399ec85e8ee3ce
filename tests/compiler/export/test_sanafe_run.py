"""SANA-FE itself runs exported programs: its spikes, readout, packets and hops are ours. Needs the package `sanafe` (2.2)."""

from pathlib import Path
from typing import Any

import pytest
from random_networks import random_input, random_trained_genotype
from sanafe_check import compare, run

from litesnn.compiler.export.sanafe.architecture import DELAY_MAX
from litesnn.compiler.profile import load_profile
from litesnn.jobs.compile import compile

pytest.importorskip("sanafe")
LIMITS = {"neurons_per_core": "40", "delay_max": str(DELAY_MAX)}
CASES = [
    (1, "loihi2", {"encoding": "spikes"}),
    (2, "loihi2", {"encoding": "direct", "norm": "edge"}),
    (3, "loihi1", {"encoding": "spikes", "cells": 2}),
    (6, "loihi1", {"encoding": "direct", "stem": True}),
    (40, "loihi2", {"encoding": "direct", "norm": "node", "pool": "global_average"}),
    (29, "loihi1", {}),
]


@pytest.mark.parametrize(("seed", "profile", "choices"), CASES)
def test_spikes_packets_hops_and_readout_are_ours(seed: int, profile: str, choices: Any, tmp_path: Path) -> None:
    loaded = random_trained_genotype(seed, **choices)
    program = compile(loaded, load_profile(profile, overrides=LIMITS)).program
    sample = random_input(loaded, 1, seed)[0]
    found = compare(program, sample, run(program, sample, tmp_path))
    assert found.spikes > 0
    assert found.mismatching_spikes == 0
    assert found.mismatching_readouts == 0
    assert found.packets[0] == found.packets[1] > 0
    assert found.hops[0] == found.hops[1]
