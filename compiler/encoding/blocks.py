"""From blocks to lists and their cost: all blocks of one source and target together, as they form the source's axon lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.compiler.encoding.cost import EncodedCost, encode_cost
from litesnn.compiler.encoding.lists import AxonLists, list_format, lists_from_matrices
from litesnn.compiler.encoding.rule import ListRule, as_rule
from litesnn.compiler.encoding.shared_kernel import (
    Shape,
    Tile,
    footprint_lists,
    kernel_rows,
    population_lists,
    windowed,
)
from litesnn.compiler.graph import Dense, Graph, SynapseBlock, Window
from litesnn.compiler.profile import Profile


def group_cost(graph: Graph, blocks: Sequence[SynapseBlock], target: Profile | ListRule) -> EncodedCost:
    """Cost of formatted blocks of one source and target before anything is partitioned: every list stored once.

    Kernels are shared where the profile shares them, unless unrolled lists are cheaper, which is tried on maps of at most as
    many pixels as the kernel has taps. Lists of other connections are cut where a core's neurons end.
    """
    rule = as_rule(target)
    in_shape, out_shape = graph[blocks[0].source].shape, graph[blocks[0].target].shape
    total = EncodedCost(word_bits=rule.word_bits)
    for spatial, group in _by_window(blocks).items():
        if spatial is None or rule.kernel_sharing is None:
            total += _cost(_unrolled(group, in_shape, out_shape, rule), rule)
            continue
        shared = _cost(_shared(group, in_shape, out_shape, rule), rule)
        if in_shape[1] * in_shape[2] <= spatial.taps:
            plain = _cost(_unrolled(group, in_shape, out_shape, rule), rule)
            shared = min(shared, plain, key=lambda cost: cost.words)
        total += shared
    return total


def axon_list_bits(graph: Graph, blocks: Sequence[SynapseBlock], target: Profile | ListRule) -> int:
    """Bits of the lists that hold the given formatted blocks of one source and target together, in whole words."""
    return group_cost(graph, blocks, target).encoded_bits


def core_lists(
    blocks: Sequence[SynapseBlock], in_shape: Shape, out_shape: Shape, tile: Tile, target: Profile | ListRule
) -> list[AxonLists]:
    """Lists on one core that holds a tile of the target, kernels shared where the profile shares them.

    Targets are output channels of the tile in kernel rows, else (channel, row, column) within it, as neurons are numbered on a core.
    """
    rule = as_rule(target)
    result: list[AxonLists] = []
    for spatial, group in _by_window(blocks).items():
        geometries, formats = windowed(b.geometry for b in group), [list_format(b, rule) for b in group]
        if spatial is not None and rule.kernel_sharing == "row":
            result += [kernel_rows(geometries, formats, in_shape, part) for part in rule.row_parts(tile.channels)]
        elif spatial is not None and rule.kernel_sharing == "population":
            result.append(population_lists(geometries, formats, in_shape, tile, rule).lists)
        else:
            result.append(neuron_lists(group, in_shape, out_shape, tile, rule))
    return result


def neuron_lists(
    blocks: Sequence[SynapseBlock], in_shape: Shape, out_shape: Shape, tile: Tile, target: Profile | ListRule
) -> AxonLists:
    """Unrolled lists, one per source neuron, onto a tile of the target; targets (channel, row, column) within the tile."""
    rule = as_rule(target)
    box = [np.arange(*interval) for interval in (tile.channels, tile.rows, tile.columns)]
    shape = (len(box[0]), *out_shape[1:])
    local = np.ravel_multi_index(np.meshgrid(np.arange(shape[0]), *box[1:], indexing="ij"), shape).ravel()
    matrices = [block.geometry.onto(box[0], in_shape, out_shape)[local] for block in blocks]
    formats = [list_format(block, rule) for block in blocks]
    return lists_from_matrices(matrices, formats, whole=stored_whole(blocks, rule))


def stored_whole(blocks: Sequence[SynapseBlock], rule: ListRule) -> bool:
    """Whether lists of blocks hold a weight of every source neuron to every target."""
    return rule.dense_whole and all(isinstance(block.geometry, Dense) for block in blocks)


def _by_window(blocks: Sequence[SynapseBlock]) -> dict[Window | None, list[SynapseBlock]]:
    groups: dict[Window | None, list[SynapseBlock]] = {}
    for block in blocks:
        groups.setdefault(block.geometry.window, []).append(block)
    return groups


def _shared(blocks: Sequence[SynapseBlock], in_shape: Shape, out_shape: Shape, rule: ListRule) -> list[AxonLists]:
    geometries, formats = windowed(b.geometry for b in blocks), [list_format(b, rule) for b in blocks]
    channels = (0, out_shape[0])
    if rule.kernel_sharing == "row":
        return [
            kernel_rows(geometries, formats, in_shape, part)
            for first in range(*channels, rule.neurons_per_core)
            for part in rule.row_parts((first, min(first + rule.neurons_per_core, out_shape[0])))
        ]
    return footprint_lists(geometries, formats, in_shape, channels, rule.neurons_per_core)


def _unrolled(blocks: Sequence[SynapseBlock], in_shape: Shape, out_shape: Shape, rule: ListRule) -> list[AxonLists]:
    matrices = [block.geometry.matrix(in_shape, out_shape) for block in blocks]
    formats, size = [list_format(block, rule) for block in blocks], rule.neurons_per_core
    whole = stored_whole(blocks, rule)
    return [
        lists_from_matrices([matrix[first : first + size] for matrix in matrices], formats, whole=whole)
        for first in range(0, matrices[0].shape[0], size)
    ]


def _cost(parts: Sequence[AxonLists], rule: ListRule) -> EncodedCost:
    return sum((encode_cost(lists, rule) for lists in parts), EncodedCost(word_bits=rule.word_bits))
