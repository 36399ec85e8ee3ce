"""What kinds answer for themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import (
    KINDS,
    NO_CURRENT_MEMORY,
    Delta,
    Graph,
    Lif,
    Maximum,
    Membranes,
    Readout,
    Relay,
    Sigma,
    SigmaDelta,
    Source,
)
from litesnn.compiler.program.documents import graph_document, read_graph

PARTS = {"activation": "relu", "spike_exp": 1, "state_exp": 2, "cum_error": True, "message_bits": 20}
# As version 1 tells kinds apart in graph.json.
TOLD: dict[type[Membranes], dict[str, Any]] = {
    Lif: {"kind": "neurons", "role": "lif"},
    Maximum: {"kind": "neurons", "role": "maximum"},
    Relay: {"kind": "neurons", "role": "relay"},
    Readout: {"kind": "readout"},
    Delta: {"kind": "sigma_delta", "sigma_delta": {"kind": "delta", **PARTS}},
    SigmaDelta: {"kind": "sigma_delta", "sigma_delta": {"kind": "sigma_delta", **PARTS}},
    Sigma: {"kind": "sigma_delta", "sigma_delta": {"kind": "sigma", **PARTS}},
}


def made(kind: type[Membranes], **fields: Any) -> Membranes:
    """Two neurons of a kind, all constants alike."""
    arrays = {"vth": np.ones(2, np.int64)} if "vth" in kind.arrays else {}
    return kind("a", (2, 1, 1), (0, 1), 2, "a", **arrays, **fields)


def entry(kind: type[Membranes]) -> dict[str, Any]:
    common = {"name": "a", "shape": [2, 1, 1], "channels": [0, 1], "genotype_channels": 2, "place": "a"}
    steps = {"du": NO_CURRENT_MEMORY, "dv": 0, "initiation_interval": 1, "on_host": False, "is_output": True}
    return {**common, **steps, **TOLD[kind]}


@pytest.mark.parametrize("kind", TOLD)
def test_a_population_of_version_1_is_read_and_written_as_it_stood(kind: type[Membranes]) -> None:
    document, _ = graph_document(Graph.build(2, [Source("input", (2, 1, 1), (0, 1), 2, "input")], []))
    document["populations"].append(entry(kind))
    tensors = {"a.vth": np.ones(2, np.int64)} if "vth" in kind.arrays else {}
    found = read_graph(document, tensors)
    assert type(found["a"]) is kind
    again, arrays = graph_document(found)
    assert again == document
    assert arrays.keys() == tensors.keys()


def test_a_kind_that_a_file_names_and_nobody_knows_is_refused() -> None:
    document, _ = graph_document(Graph.build(2, [Source("input", (2, 1, 1), (0, 1), 2, "input")], []))
    document["populations"].append({**entry(Lif), "role": "oracle"})
    with pytest.raises(
        ProgramError, match="populations.1: found kind 'neurons', role 'oracle'; allowed: source, lif, "
    ):
        read_graph(document, {})


def test_every_kind_is_a_neuron_group_of_its_own_but_relays() -> None:
    groups = {kind: made(kind).group for kind in KINDS}
    assert groups[Relay] == groups[Lif]
    assert len(set(groups.values())) == len(KINDS) - 1


def test_constants_that_a_program_knows_part_groups() -> None:
    assert made(SigmaDelta).group != made(SigmaDelta, activation="unit").group
    assert made(Delta, spike_exp=1).group != made(Delta, spike_exp=2).group
    assert made(Sigma, spike_exp=1).group == made(Sigma, spike_exp=2).group
    assert made(Lif, dv=1).group != made(Lif, dv=2).group


@pytest.mark.parametrize("kind", KINDS)
def test_channels_that_are_kept_take_their_constants_along(kind: type[Membranes]) -> None:
    whole = replace(made(kind), **{part: np.array([1, 2]) for part in kind.arrays})
    part = whole.keep(np.array([1]))
    assert (part.shape, part.channels) == ((1, 1, 1), (1,))
    assert all(getattr(part, name).tolist() == [2] for name in kind.arrays)


def test_what_the_fixed_unit_computes() -> None:
    assert {kind for kind in KINDS if made(kind).needs_program() is None} == {Lif, Maximum, Relay, Readout}
    assert "rests between samples" in str(made(Lif, reset_interval=4, reset_offset=0, open_slots=2).needs_program())
    assert made(Delta).needs_program() == "delta neurons are not leaky integrate-and-fire"
