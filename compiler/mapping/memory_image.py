"""The synapse memory of every core: axon lists per slice and source, what they cost, and synapses read back from their bits.

What a core knows besides the bits is its configuration: which slice a list group belongs to, which source it reads, the
kernel's window, and where the lists of a source pixel start. Weights, targets and delays come from the memory alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import (
    ListFormat,
    ListRule,
    PopulationLists,
    Register,
    Tile,
    decode,
    encode,
    encode_cost,
    kernel_rows,
    list_format,
    neuron_lists,
    population_lists,
)
from litesnn.compiler.encoding.shared_kernel import windowed
from litesnn.compiler.graph import Graph, Population, Sparse, SynapseBlock, SynapseFormat, Window
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.list_group import ListGroup, unrolled
from litesnn.compiler.mapping.model import Mapping, Slice
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]


def core_list_groups(graph: Graph, mapping: Mapping, profile: Profile) -> Iterator[ListGroup]:
    """The lists of every core, slice by slice, source by source, each with the rule it is encoded by.

    Every list takes its cheapest encoding. Where that needs more format registers than a core has, all lists of the core are
    index-coded with one index width, as the partition counted them.
    """
    graph, rule = with_own_synapses(graph, profile), ListRule.of(profile)
    registers = profile.core.synapse_formats.value
    for core, contents in enumerate(mapping.cores):
        groups = [
            replace(
                _group(core, part, graph, source, shared, blocks, rule, mapping.axons.get(source) == "shared"),
                subtracts=subtracts,
            )
            for whole in contents.slices
            for (source, shared, subtracts), blocks in _groups(graph, whole).items()
            for part in _parts(whole, shared, rule)
        ]
        if registers is not None:
            needed = frozenset[Register]().union(*(encode_cost(group.lists, rule).registers for group in groups))
            if len(needed) > registers:
                groups = [replace(group, rule=_one_width(rule, contents.neurons)) for group in groups]
        yield from groups


def _one_width(rule: ListRule, neurons: int) -> ListRule:
    """The rule restricted to sparse lists with the narrowest index that reaches so many neurons."""
    widths = tuple(width for width in rule.index_widths if width >= max(1, (neurons - 1).bit_length()))
    return replace(rule, index_widths=(widths or rule.index_widths)[:1], encodings=("sparse",))


def decoded_blocks(graph: Graph, mapping: Mapping, profile: Profile, *, subtracts: bool = False) -> list[SynapseBlock]:
    """Blocks made from memory alone: all lists encoded, decoded, and unrolled, one block per list group and weight format.

    The graph gives the shapes of the maps; its weights are not looked at. Synapses by which neurons of two compartments
    reset are decoded with `subtracts`, and alone: the equation of those neurons takes what they weigh.
    """
    blocks = []
    for number, group in enumerate(core_list_groups(graph, mapping, profile)):
        source, target = graph[group.source], graph[group.part.population]
        if group.subtracts != subtracts:
            continue
        lists = decode(encode(group.lists, group.rule))
        for index, form in enumerate(lists.formats):
            matrix = unrolled(group, lists, index, source, target)
            if not matrix.nnz:
                continue
            layout = SynapseFormat(form.weight_bits, form.weight_exp, form.sign_mode)
            block = SynapseBlock(
                name=f"core{group.core}.{number}.{index}",
                source=group.source,
                target=group.part.population,
                geometry=Sparse.from_matrix(matrix),
                edge=f"core{group.core}",
                place=f"core {group.core}",
                exponent=form.weight_exp + layout.alignment,
                format=layout,
                delay=form.delay,
                subtracts=subtracts,
            )
            blocks.append(replace(block, distance=_distance(graph, block)))
    return blocks


def _distance(graph: Graph, block: SynapseBlock) -> int:
    """Steps of the sample that a block's delay bridges: memory holds no distance, it is what the delay means."""
    due = graph.due(block)
    if graph.isolated or due is None or block.delay <= due:
        return 0
    return (block.delay - due) // graph.pace.interval


def _groups(graph: Graph, part: Slice) -> dict[tuple[str, Window | None, bool], list[SynapseBlock]]:
    groups: dict[tuple[str, Window | None, bool], list[SynapseBlock]] = {}
    for block in graph.stored_into(part.population):
        groups.setdefault((block.source, block.geometry.window, block.subtracts), []).append(block)
    return groups


def _parts(part: Slice, shared: Window | None, rule: ListRule) -> list[Slice]:
    """The parts of a slice that lists of their own serve: kernel rows may hold only some of its channels."""
    if shared is None or rule.kernel_sharing != "row":
        return [part]
    return [replace(part, channels=channels) for channels in rule.row_parts(part.channels)]


def _group(
    core: int,
    part: Slice,
    graph: Graph,
    sender: str,
    shared: Window | None,
    blocks: list[SynapseBlock],
    rule: ListRule,
    every_channel: bool,
) -> ListGroup:
    source, target = graph[sender], graph[part.population]
    tile = Tile(part.channels, part.rows, part.columns)
    geometries = windowed(block.geometry for block in blocks)
    formats: list[ListFormat] = [list_format(block, rule) for block in blocks]
    if shared is None or rule.kernel_sharing is None:
        lists = neuron_lists(blocks, source.shape, target.shape, tile, rule)
        return ListGroup(core=core, part=part, source=sender, lists=lists, rule=rule)
    if rule.kernel_sharing == "row":
        rows = kernel_rows(geometries, formats, source.shape, part.channels)
        read = _read(blocks, part, source, target)
        return ListGroup(core=core, part=part, source=sender, lists=rows, rule=rule, window=shared, read=read)
    found: PopulationLists = population_lists(geometries, formats, source.shape, tile, rule, every_channel)
    return ListGroup(
        core=core,
        part=part,
        source=sender,
        lists=found.lists,
        rule=rule,
        window=shared,
        read=found.channels,
        kind=found.kind,
        base=found.base,
    )


def _read(blocks: list[SynapseBlock], part: Slice, source: Population, target: Population) -> Ints:
    """Source channels that the slice's kernels read, ascending."""
    read = np.zeros(source.shape[0], bool)
    for block in blocks:
        kept = block.geometry.keep(None, np.arange(*part.channels), source.shape, target.shape)
        read |= kept.read_channels(source.shape)
    return np.flatnonzero(read)
