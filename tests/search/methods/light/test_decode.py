"""Wirings as spiking populations: what meets at each membrane, against skip chains followed one by one; every cell can be deployed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from litesnn.compiler.genotype import EdgeSpec, InputSpec, NodeSpec, resolve
from litesnn.search.methods.light import preset
from litesnn.search.methods.light.decode import SpikingCell, to_populations
from litesnn.search.methods.light.macro import to_genotype
from litesnn.search.spaces.four_nodes import CELL_EDGES, Wiring, connected, without_idle_nodes
from litesnn.search.spaces.operations import cell_operations

ENTRY = NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),), stride=1)
LIGHT = ("zeroize", "conv3x3", "skip")
EVENTS = InputSpec(shape=(2, 16, 16), encoding="spikes")


def wiring_of(**operations: str) -> Wiring:
    """Edges by name, as `e3_0="skip"` for x3 <- x0."""
    return tuple(operations.get(f"e{edge.target}_{edge.source}", "zeroize") for edge in CELL_EDGES)


def leads_through(wiring: Wiring) -> bool:
    return connected([operation != "zeroize" for operation in wiring])


def cell_of(skips: str = "expand", **operations: str) -> SpikingCell:
    return to_populations(wiring_of(**operations), ENTRY, skips)  # type: ignore[arg-type]


def inputs(cell: SpikingCell) -> list[list[str]]:
    return [[f"{edge.op} {edge.source}" for edge in node.inputs] for node in cell.nodes]


def feedback(cell: SpikingCell) -> list[str]:
    return [f"{edge.op} {edge.source}->{edge.target}" for edge in cell.backward]


wirings = st.tuples(*[st.sampled_from(LIGHT)] * len(CELL_EDGES)).filter(leads_through)


def arriving(wiring: Wiring, node: int, target: int) -> set[tuple[int, str, int]]:
    """(source, operation, steps of delay) of all that a node's sum is made of, through chains of forward skips; -1 is the entry."""
    found = {(-1, "entry", 0)} if node == 0 else set()
    for edge, operation in zip(CELL_EDGES, wiring, strict=True):
        if edge.target == node and operation == "skip" and not edge.feedback:
            inner = arriving(wiring, edge.source, target)
            expressible = all(not delay or source >= edge.target for source, _, delay in inner)
            found |= inner if expressible else {(edge.source, "skip", 0)}
        elif edge.target == node and operation != "zeroize":
            found.add((edge.source, operation, int(edge.feedback)))
    return found


@settings(max_examples=300, deadline=None)
@given(wirings)
def test_a_membrane_gets_what_chains_of_skips_bring(wiring: Wiring) -> None:
    """Checked where no two nodes are one population, so that names tell them apart."""
    cell = to_populations(wiring, ENTRY, "expand")
    assume(not any("is its only input" in note for note in cell.notes))
    wiring = without_idle_nodes(wiring)
    sums = {node: arriving(wiring, node, node) for node in range(4)}
    read, frontier = {3}, [3]
    while frontier:
        for source, _, _ in sums[frontier.pop()]:
            if source >= 0 and source not in read:
                read.add(source)
                frontier.append(source)
    names = {node: f"n{i}" for i, node in enumerate(sorted(read))}
    expected = {
        (names[node], "s1" if source < 0 else names[source], "conv3x3" if source < 0 else op, delay)
        for node in read
        for source, op, delay in sums[node]
    }
    found = {(f"n{i}", edge.source, edge.op, 0) for i, node in enumerate(cell.nodes) for edge in node.inputs}
    found |= {(edge.target, edge.source, edge.op, 1) for edge in cell.backward}
    assert found == expected


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*[st.sampled_from(cell_operations())] * len(CELL_EDGES)).filter(leads_through),
    st.sampled_from(["expand", "spikes"]),
    st.sampled_from(["max", "average"]),
    st.integers(1, 2),
    st.sampled_from([0, 7]),
)
def test_every_cell_can_be_deployed(wiring: Wiring, skips: str, pool: str, stem_pool: int, hidden: int) -> None:
    chosen = replace(preset("lightsnn", "tiny"), skips=skips, pool=pool, stem_pool=stem_pool, hidden=hidden, channels=3)  # type: ignore[arg-type]
    genotype = to_genotype(wiring, chosen, EVENTS, 4, 5, "drawn")
    topology = resolve(genotype)
    backward = [edge for cell in genotype.cells for edge in cell.backward]
    assert len(backward) == len(topology.has_backward)
    read = {source for edge in topology.edges() for source in edge.sources}
    fed_back = {f"cell{i}.node{e.source[1:]}" for i, cell in enumerate(genotype.cells) for e in cell.backward}
    assert {node.name for node in topology.nodes} <= read | fed_back
    assert topology.readout.in_shape == (6, 4 // stem_pool, 4 // stem_pool) if not hidden else (7, 1, 1)


def test_a_skip_is_replaced_by_what_feeds_its_source() -> None:
    cell = cell_of(e1_0="conv3x3", e2_1="skip", e2_0="conv3x3", e3_2="conv3x3", e3_1="conv3x3", e1_3="conv3x3")
    assert inputs(cell) == [["conv3x3 s1"], ["conv3x3 n0"], ["conv3x3 n0"], ["conv3x3 n1", "conv3x3 n2"]]
    assert feedback(cell) == ["conv3x3 n3->n1", "conv3x3 n3->n2"], "the feedback into x1 reaches x2 through the skip"


def test_a_skip_of_the_cell_input_becomes_its_entry() -> None:
    cell = cell_of(e1_0="conv3x3", e3_0="skip", e3_1="conv3x3")
    assert inputs(cell) == [["conv3x3 s1"], ["conv3x3 n0"], ["conv3x3 s1", "conv3x3 n1"]]
    assert cell.nodes[2].stride == 1


def test_a_node_fed_by_a_skip_alone_is_its_source() -> None:
    cell = cell_of(e1_0="skip", e3_1="conv3x3", e0_3="conv3x3")
    assert inputs(cell) == [["conv3x3 s1"], ["conv3x3 n0"]]
    assert feedback(cell) == ["conv3x3 n1->n0"]
    assert cell.notes == ("x1 is x0: a skip is its only input",)
    whole = cell_of(e3_0="skip")
    assert inputs(whole) == [["conv3x3 s1"]]


def test_a_node_that_only_an_expanded_skip_read_is_left_out() -> None:
    cell = cell_of(e1_0="conv3x3", e3_1="skip", e3_0="conv3x3")
    assert inputs(cell) == [["conv3x3 s1"], ["conv3x3 n0"]]


def test_a_skip_stays_spikes_where_it_would_bring_feedback_too_early() -> None:
    cell = cell_of(e1_0="conv3x3", e0_1="conv3x3", e2_0="skip", e2_1="conv3x3", e3_2="conv3x3")
    assert inputs(cell)[2] == ["skip n0", "conv3x3 n1"]
    assert cell.notes == ("x2 <- x0: the skip carries spikes; its source holds feedback of a node before x2",)


def test_feedback_carries_spikes_and_a_loop_of_skips_is_none() -> None:
    cell = cell_of(e1_0="conv3x3", e2_1="skip", e1_2="skip", e2_0="conv3x3", e3_2="conv3x3")
    assert feedback(cell) == ["skip n1->n1"], "x1 is read by x2's skip alone, which brings the feedback of x2 with it"
    spikes = cell_of("spikes", e1_0="skip", e3_1="conv3x3", e3_0="skip")
    assert inputs(spikes) == [["conv3x3 s1"], ["skip n0"], ["skip n0", "conv3x3 n1"]]


@pytest.mark.parametrize("method", ["lightsnn", "snasnet"])
def test_the_skeleton_has_the_published_widths(method: str) -> None:
    chosen = preset(method, "cifar10")
    wiring = wiring_of(e3_0="conv3x3")
    genotype = to_genotype(wiring, chosen, InputSpec(shape=(3, 32, 32)), 5, 10, "drawn")
    shapes = {node.name: node.shape for node in resolve(genotype).nodes}
    assert shapes["cell0.node1"] == (256, 32, 32)
    assert shapes["cell2.node1"] == (512, 16, 16)
    assert list(shapes.values())[-1] == (1024, 1, 1)
    dense = [edge for edge in resolve(genotype).edges() if edge.op == "dense"]
    assert dense[0].in_shape == (512, 8, 8)


def test_the_genotype_has_the_reset_that_is_asked_for() -> None:
    wiring, small = wiring_of(e1_0="conv3x3", e3_1="conv3x3"), replace(preset("lightsnn", "tiny"), channels=4, hidden=0)
    for reset in ("zero", "subtract_next"):
        genotype = to_genotype(wiring, replace(small, reset=reset), EVENTS, 4, 3, "asked")
        assert genotype.neuron.reset_kind == reset
