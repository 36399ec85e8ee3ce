"""Depthwise edges in PyTorch: the plain loops of docs/numbers.md, with feedback and without."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from plain_comparison import assert_equals_plain
from random_networks import random_input, random_trained_genotype


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**5), st.booleans())
def test_pytorch_computes_the_plain_loops(seed: int, loops: bool) -> None:
    feedback = {"feedback": 1} if loops else {}
    trained = random_trained_genotype(seed, ops=("depthwise3x3", "depthwise3x3", "conv1x1", "skip"), **feedback)
    assert_equals_plain(trained, random_input(trained, 2, seed))
