"""What is written of a chip for simulators and synthesis, and what is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rtl_networks import drawn

from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.memories import Memory, memories
from litesnn.compiler.export.verilog.refusals import refusals
from litesnn.compiler.export.verilog.sizes import Sizes
from litesnn.compiler.export.verilog.tables import core_tables
from litesnn.compiler.graph import Graph, Range
from litesnn.compiler.image import Image, build_image
from litesnn.compiler.image.model import POPULATION, CoreImage
from litesnn.compiler.mapping import map_graph

NETWORK = drawn(0)


@pytest.fixture(scope="module")
def image() -> Image:
    return build_image(NETWORK.graph, map_graph(NETWORK.graph, NETWORK.profile), NETWORK.profile, "net")


def rows(table: bytes) -> list[int]:
    return [int(line, 16) for line in table.split()]


def test_memory_stands_in_the_tables_word_for_word(image: Image) -> None:
    tables = core_tables(image, 0, Layout(Sizes.of(image, NETWORK.profile)))
    core = image.cores[0]
    assert rows(tables["words.hex"]) == [int.from_bytes(word.tobytes(), "little") for word in core.memory.words]
    assert rows(tables["lists.hex"]) == core.memory.pointers.tolist()
    assert rows(tables["axons.hex"]) == core.axons.tolist()
    found = np.array(rows(tables["parameters.hex"]), np.uint32).view(np.int32)
    held = [group.parameters[name] for group in core.groups for name in group.document.parameters]
    assert found.tolist() == np.concatenate(held).tolist()


def test_a_shared_simulator_holds_what_its_own_would(image: Image) -> None:
    own = Sizes.of(image, NETWORK.profile)
    shared = own.shared()
    assert all(getattr(shared, name) >= value for name, value in vars(own).items())
    assert shared.sum_bits == own.sum_bits


def test_the_ring_of_sums_counts_as_memory(image: Image) -> None:
    """A slot more is a sum more per neuron; a block holds 18 Kbit in the widths that block RAM has."""
    sizes = Sizes.of(image, NETWORK.profile)
    before, after = (
        {memory.name: memory for memory in memories(Layout(sized))}
        for sized in (sizes, replace(sizes, slots=sizes.slots + 1))
    )
    assert after["sums"].bits - before["sums"].bits == sizes.neurons * sizes.sum_bits
    assert [name for name in before if before[name] != after[name]] == ["sums"]
    assert Memory("words", 36, 512).blocks == 1
    assert Memory("words", 36, 513).blocks == Memory("words", 37, 512).blocks == 2


def test_a_network_that_cores_compute_is_not_refused(image: Image) -> None:
    assert refusals(image, NETWORK.graph) == []


def _document(**values: Any) -> Callable[[Image], Image]:
    return lambda image: replace(image, document=image.document.model_copy(update=values))


def _core(change: Callable[[CoreImage], CoreImage]) -> Callable[[Image], Image]:
    return lambda image: replace(image, cores=(change(image.cores[0]), *image.cores[1:]))


def _neurons(**values: Any) -> Callable[[CoreImage], CoreImage]:
    def changed(core: CoreImage) -> CoreImage:
        group = core.groups[0]
        document = group.document.model_copy(update={"neurons": {**group.document.neurons, **values}})
        return replace(core, groups=(replace(group, document=document), *core.groups[1:]))

    return changed


def _population_lists(core: CoreImage) -> CoreImage:
    reads = core.reads.copy()
    reads[0, 0] = POPULATION
    return replace(core, reads=reads)


REFUSED: tuple[tuple[Callable[[Image], Image], str], ...] = (
    (_document(isolated=True), "isolated samples"),
    (lambda image: replace(image, cores=image.cores * 20), "cores (up to 16 share the bus)"),
    (_core(lambda core: replace(core, document=core.document.model_copy(update={"chip": 1}))), "several chips"),
    (_document(order=("row", "column", "channel")), "neurons numbered by row, column, channel"),
    (_core(_population_lists), "population lists"),
    (_core(_neurons(kind="sigma_delta", role="sigma_delta")), "neurons of kind sigma_delta"),
    (_core(_neurons(du=1000)), "a current that lasts longer than a step"),
)


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cores_do_not_compute_is_named(image: Image, change: Callable[[Image], Image], said: str) -> None:
    assert any(said in problem for problem in refusals(change(image), NETWORK.graph))


def test_registers_that_an_input_may_leave_are_named(image: Image) -> None:
    graph: Graph = NETWORK.graph
    name = graph.output.name
    opened = replace(graph, ranges=(Range(name, "membrane", -(2**30), 2**30, 2**23, "is clipped"),))
    assert any(f"an open range (the membrane of '{name}'" in problem for problem in refusals(image, opened))
