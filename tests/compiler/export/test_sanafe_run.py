"""SANA-FE itself runs exported programs: its spikes, readout, packets and hops are ours. Needs the package `sanafe` (2.2)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from programmed_graphs import programmed
from random_networks import random_input, random_trained_genotype
from sanafe_check import compare, run

from litesnn.compiler.export.sanafe.architecture import DELAY_MAX
from litesnn.compiler.graph import NO_CURRENT_MEMORY, Membranes, ProgrammedLif
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

IN_VAIN = (3,)  # seeds whose shared axons carry spikes to cores without a synapse of them


@pytest.mark.parametrize(("seed", "profile", "choices"), CASES)
def test_spikes_packets_hops_and_readout_are_ours(seed: int, profile: str, choices: Any, tmp_path: Path) -> None:
    loaded = random_trained_genotype(seed, **choices)
    program = compile(loaded, load_profile(profile, overrides=LIMITS), samples=None).program
    sample = random_input(loaded, 1, seed)[0]
    found = compare(program, sample, run(program, sample, tmp_path))
    assert found.spikes > 0
    assert found.mismatching_spikes == 0
    assert found.mismatching_readouts == 0
    assert program.mapping is not None
    if (
        "shared" in program.mapping.axons.values()
    ):  # such spikes go to cores, too, that other channels of the pixel alone reach
        assert 0 < found.packets[0] <= found.packets[1]
        assert (found.packets[0] < found.packets[1]) == (seed in IN_VAIN)
        assert found.hops[0] <= found.hops[1]
        return
    assert found.packets[0] == found.packets[1] > 0
    assert found.hops[0] == found.hops[1]


@pytest.mark.parametrize("reset", ["zero", "subtract", "none"])
def test_programmed_neurons_and_decays_per_channel_are_ours(reset: str, tmp_path: Path) -> None:
    loaded = random_trained_genotype(2, encoding="direct", norm="edge")
    plain = compile(loaded, load_profile("loihi2", overrides=LIMITS), samples=None).program
    graph = programmed(plain.graph, 2, resets=(reset,))
    somas = [
        replace(
            p,
            du=NO_CURRENT_MEMORY,
            **{"spike_at": False} if reset == "subtract" and isinstance(p, ProgrammedLif) else {},
        )
        if isinstance(p, Membranes)
        else p
        for p in graph.populations
    ]
    program = replace(plain, graph=graph.rebuild(somas, graph.blocks))
    assert any(isinstance(p, ProgrammedLif) for p in program.graph.membranes)
    assert any(len(p.decays()) > 1 for p in program.graph.membranes)
    sample = random_input(loaded, 1, 2)[0]
    found = compare(program, sample, run(program, sample, tmp_path))
    assert found.spikes > 0
    assert found.mismatching_spikes == 0
    assert found.mismatching_readouts == 0
