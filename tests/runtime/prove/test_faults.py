"""Faults of one unit: each refused with its place, without a sample; what changes nothing is proved."""

from __future__ import annotations

import numpy as np
import pytest
from program_faults import KINDS, Fault, plant
from proved_programs import NETWORKS, network

from litesnn.runtime.prove import Proof, prove


def named(fault: Fault, proof: Proof) -> bool:
    """Whether the proof says where the fault is: the block, or what it leads to."""
    return any(fault.place in f"{p.place}: {p.detail}" or f"'{p.place}'" in fault.place for p in proof.problems)


@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_a_network_is_proved(number: int) -> None:
    files, integers = network(number)
    proof = prove(files, integers)
    assert (proof.word, proof.problems) == ("PROVED", ())


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_refused_with_its_place_unless_it_changes_nothing(kind: str) -> None:
    planted = 0
    for number in range(len(NETWORKS)):
        files, integers = network(number)
        for seed in range(2):
            found = plant(kind, files, np.random.default_rng((seed, number)))
            if found is None:
                continue
            fault, faulty = found
            proof = prove(faulty, integers)
            planted += not fault.nothing
            if fault.nothing:
                assert proof.word == "PROVED", (fault, proof.problems)
            else:
                assert proof.word == "REFUTED", (fault, proof.problems)
                assert named(fault, proof), (fault, proof.problems)
    assert planted
