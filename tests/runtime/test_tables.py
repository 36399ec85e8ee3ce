"""Kinds x tables: every back end says of every kind, geometry and encoding what it makes of it, or that it has nothing for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, get_args

import numpy as np
import pytest
from small_graphs import conv, dense, graph, neurons, readout, source

from litesnn.base.errors import BackendError, CompileError, ExportError, LiteSNNError, ProgramError
from litesnn.compiler.encoding import ENCODINGS, choose
from litesnn.compiler.encoding.lists import ListFormat, lists_from_matrices
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.export.nir.neurons import NODES
from litesnn.compiler.export.nir.synapses import LAYERS
from litesnn.compiler.export.nir.write import export_nir
from litesnn.compiler.export.sanafe.somas import SOMAS
from litesnn.compiler.graph import (
    GEOMETRIES,
    KINDS,
    Conv2d,
    Delta,
    Dense,
    GradedRelay,
    Graph,
    Sigma,
    SigmaDelta,
    Source,
    Sparse,
    Spiking,
    SynapseFormat,
    Table,
)
from litesnn.compiler.profile import load_profile
from litesnn.compiler.profile.synapses import EncodingName
from litesnn.compiler.program.documents import DOCUMENTS, graph_document
from litesnn.runtime.exact import simulate
from litesnn.runtime.exact.tensors.kernels import KERNELS
from litesnn.runtime.exact.tensors.neurons import MODELS
from litesnn.runtime.lava.kinds import PROCESSES
from litesnn.runtime.lava.plan import plan_network

MESSAGES = {Delta, SigmaDelta, Sigma, GradedRelay}  # NIR has no such node, SANA-FE no such neuron
FLAT = {Dense, Sparse}  # NIR writes what leads to a list of neurons as a matrix


@dataclass(frozen=True, eq=False)
class MadeUp(Spiking):
    """A kind that nobody was taught."""

    kind: ClassVar[str] = "made_up"


@dataclass(frozen=True, eq=False)
class Twisted(Conv2d):
    """A geometry that nobody was taught."""

    kind: ClassVar[str] = "twisted"


@pytest.mark.parametrize(
    ("table", "all_of", "left_out"),
    [
        (MODELS, KINDS, set()),
        (PROCESSES, KINDS, set()),
        (NODES, KINDS, MESSAGES),
        (SOMAS, KINDS, MESSAGES),
        (DOCUMENTS, (Source, *KINDS), set()),
        (KERNELS, tuple(GEOMETRIES.values()), set()),
        (LAYERS, tuple(GEOMETRIES.values()), FLAT),
    ],
    ids=lambda value: value.owner if isinstance(value, Table) else "",
)
def test_a_table_has_every_kind_but_those_that_are_left_out_on_purpose(
    table: Table[Any], all_of: tuple[type, ...], left_out: set[type]
) -> None:
    assert set(table) == set(all_of) - left_out


def test_kinds_and_geometries_have_names_of_their_own() -> None:
    for classes in ((Source, *KINDS), tuple(GEOMETRIES.values())):
        assert len({each.kind for each in classes}) == len(classes)
        assert all("kind" in vars(each) for each in classes)


def with_made_up(timesteps: int = 2) -> Graph:
    made = MadeUp(**vars(neurons("odd", reset_interval=2, reset_offset=0, arrival=1)))
    parts = [replace(source(), arrival=0), made, replace(readout(1), arrival=2, reset_interval=2, reset_offset=1)]
    blocks = [dense("input", "odd", [[1]]), dense("odd", "readout", [[1]])]
    formatted = [replace(block, format=SynapseFormat(8, 0, "excitatory")) for block in blocks]
    return graph(parts, formatted, timesteps)


def somas(found: Graph) -> None:
    SOMAS.of(found["odd"], "odd")


@pytest.mark.parametrize(
    ("owner", "error", "use"),
    [
        ("the exact simulator", BackendError, lambda g: simulate(g, np.ones((1, 1, 1, 1), np.int16))),
        ("Lava", BackendError, lambda g: plan_network(g, np.ones((1, 1, 1, 1), np.int16))),
        ("NIR", ExportError, export_nir),
        ("SANA-FE", CompileError, somas),
        ("graph.json", ProgramError, graph_document),
    ],
)
def test_a_kind_that_nobody_taught_it_is_refused_by_name(
    owner: str, error: type[LiteSNNError], use: Callable[[Graph], object]
) -> None:
    with pytest.raises(error, match=rf"'odd': found made_up, which {owner} has nothing for; it has: .*lif, .*readout"):
        use(with_made_up())


def test_a_geometry_that_nobody_taught_it_is_refused_by_name() -> None:
    plain = conv("input", "a", np.ones((1, 1, 3, 3), int))
    odd = replace(plain, geometry=Twisted(**vars(plain.geometry)))
    parts = [source(1, 4), neurons("a", 1, 4), readout(1)]
    found = graph(parts, [odd, dense("a", "readout", np.ones((1, 16), int))], 1)
    with pytest.raises(
        BackendError, match="found twisted, which the exact simulator has nothing for; it has: conv2d, "
    ):
        simulate(found, np.ones((1, 1, 4, 4), np.int16))
    with pytest.raises(ExportError, match="found twisted, which NIR has nothing for; it has: conv2d, "):
        export_nir(found)


def test_every_encoding_that_a_profile_may_name_is_known_and_others_are_refused() -> None:
    assert set(get_args(EncodingName)) <= set(ENCODINGS)
    assert len({encoding.code for encoding in ENCODINGS.values()}) == len(ENCODINGS)
    lists = lists_from_matrices([np.eye(2, dtype=np.int32)], [ListFormat(8)])
    with pytest.raises(
        CompileError, match="found encoding 'zip', which synapse memory has nothing for; it has: sparse, "
    ):
        choose(lists, ListRule.of(load_profile("loihi2")), only=["zip"])
