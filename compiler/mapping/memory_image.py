"""The synapse memory of every core: axon lists per slice and source, what they cost, and synapses read back from their bits.

What a core knows besides the bits is its configuration: which slice a list group belongs to, which source it reads, the
kernel's window, and where the lists of a source pixel start. Weights, targets and delays come from the memory alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.encoding import (
    AxonLists,
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
from litesnn.compiler.graph import Conv2d, Graph, Population, Sparse, SynapseBlock, SynapseFormat, Window
from litesnn.compiler.mapping.model import Mapping, Slice
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ListGroup:
    """Lists of one source into one slice, with the configuration that says what they mean.

    Attributes
    ----------
    core, part : index of the core, and the slice on it
    source : population that sends the spikes
    lists, rule : what the core stores, and how it may be encoded
    window : of the kernel where lists are shared over positions, else None
    read : source channels with kernel rows or population lists, in their order
    kind, base : per source pixel (H, W), for population lists: which lists, and their first target
    """

    core: int
    part: Slice
    source: str
    lists: AxonLists
    rule: ListRule
    window: Window | None = None
    read: Ints | None = None
    kind: Ints | None = None
    base: Ints | None = None


def core_list_groups(graph: Graph, mapping: Mapping, profile: Profile) -> Iterator[ListGroup]:
    """The lists of every core, slice by slice, source by source, each with the rule it is encoded by.

    Every list takes its cheapest encoding. Where that needs more format registers than a core has, all lists of the core are
    index-coded with one index width, as the partition counted them.
    """
    rule = ListRule.of(profile)
    registers = profile.core.synapse_formats.value
    for core, contents in enumerate(mapping.cores):
        groups = [
            _group(core, part, graph, source, shared, blocks, rule, mapping.axons.get(source) == "shared")
            for part in contents.slices
            for (source, shared), blocks in _groups(graph, part).items()
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


def decoded_blocks(graph: Graph, mapping: Mapping, profile: Profile) -> list[SynapseBlock]:
    """Blocks made from memory alone: all lists encoded, decoded, and unrolled, one block per list group and weight format.

    The graph gives the shapes of the maps; its weights are not looked at.
    """
    blocks = []
    for number, group in enumerate(core_list_groups(graph, mapping, profile)):
        source, target = graph[group.source], graph[group.part.population]
        lists = decode(encode(group.lists, group.rule))
        for index, form in enumerate(lists.formats):
            matrix = _unrolled(group, lists, index, source, target)
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
            )
            blocks.append(replace(block, distance=_distance(graph, block)))
    return blocks


def _distance(graph: Graph, block: SynapseBlock) -> int:
    """Steps of the sample that a block's delay bridges: memory holds no distance, it is what the delay means."""
    due = graph.due(block)
    if graph.isolated or due is None or block.delay <= due:
        return 0
    return (block.delay - due) // graph.pace.interval


def _groups(graph: Graph, part: Slice) -> dict[tuple[str, Window | None], list[SynapseBlock]]:
    groups: dict[tuple[str, Window | None], list[SynapseBlock]] = {}
    for block in graph.stored_into(part.population):
        groups.setdefault((block.source, block.geometry.window), []).append(block)
    return groups


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


def _unrolled(group: ListGroup, lists: AxonLists, index: int, source: Population, target: Population) -> csr_matrix:
    """Codes of one format as (targets of the whole population, sources)."""
    stored = _Stored.of(lists, index)
    if group.window is None:
        ids = group.part.ids(target.shape)
        size = (target.size, source.size)
        return coo_matrix((stored.codes, (ids[stored.targets], stored.lists)), shape=size).tocsr()
    unroll = _from_rows if group.kind is None else _from_populations
    return unroll(group, stored, source, target)


@dataclass(frozen=True, eq=False)
class _Stored:
    """Synapses of one format: the list, the target within the list and the code of each."""

    lists: Ints
    targets: Ints
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, lists: AxonLists, index: int) -> _Stored:
        """The synapses of a format of the lists."""
        own = np.arange(len(lists)) * len(lists.formats) + index
        runs = [np.arange(lists.indptr[run], lists.indptr[run + 1]) for run in own]
        synapses = np.concatenate(runs) if runs else own
        row = np.repeat(np.arange(len(lists)), lists.run_lengths[own])
        return cls(row, lists.targets[synapses].astype(np.int64), lists.codes[synapses])


def _from_rows(group: ListGroup, stored: _Stored, source: Population, target: Population) -> csr_matrix:
    """Kernel rows over (source channel, ky, kx): the kernel applied wherever its output lies in the slice."""
    shared, read = group.window, group.read
    assert shared is not None, "kernel rows have a window and the channels they read"
    assert read is not None
    first, last = group.part.channels
    kernel = np.zeros((last - first, source.shape[0], shared.rows, shared.columns), np.int32)
    channel, tap = np.divmod(stored.lists, shared.taps)
    # Two edges from one source may hold a synapse each at the same place: they add up.
    np.add.at(kernel, (stored.targets, read[channel], tap // shared.columns, tap % shared.columns), stored.codes)
    _, stride, padding, dilation = zip(shared.down, shared.across, strict=True)
    whole = Conv2d(kernel, stride, padding, dilation)
    matrix = whole.matrix(source.shape, (last - first, *target.shape[1:])).tocoo()
    rows = matrix.row + first * target.shape[1] * target.shape[2]
    inside = np.isin(rows, group.part.ids(target.shape))
    return coo_matrix(
        (matrix.data[inside], (rows[inside], matrix.col[inside])), shape=(target.size, source.size)
    ).tocsr()


def _from_populations(group: ListGroup, stored: _Stored, source: Population, target: Population) -> csr_matrix:
    """Population lists: every source pixel reads the lists of its kind from its own first target on."""
    read = group.read
    assert read is not None, "population lists have channels, and a kind and a base per pixel"
    assert group.kind is not None
    assert group.base is not None
    (c0, c1), (y0, _), (x0, x1) = group.part.channels, group.part.rows, group.part.columns
    depth, breadth = c1 - c0, x1 - x0
    kind, atom = np.divmod(stored.lists, max(1, len(read)))
    data, rows, columns = [], [], []
    for y, x in np.argwhere(group.kind >= 0):
        own = kind == group.kind[y, x]
        local = group.base[y, x] + stored.targets[own]
        position, channel = np.divmod(local, depth)
        down, right = np.divmod(position, breadth)
        rows.append(((c0 + channel) * target.shape[1] + y0 + down) * target.shape[2] + x0 + right)
        columns.append((read[atom[own]] * source.shape[1] + y) * source.shape[2] + x)
        data.append(stored.codes[own])
    if not data:
        return csr_matrix((target.size, source.size), dtype=np.int32)
    return coo_matrix(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(target.size, source.size)
    ).tocsr()
