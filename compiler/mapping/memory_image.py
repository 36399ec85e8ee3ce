"""The synapse memory of every core: the lists that its slices need, and the encodings in which it stores them.

What a core knows besides the bits is its configuration: which slice a list group belongs to, which source it reads, the
kernel's window, and where the lists of a source pixel start. Weights, targets and delays come from the memory alone. Words
are counted here and nowhere else: what is counted is what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import (
    Candidates,
    Choice,
    EncodedCost,
    ListFormat,
    ListRule,
    PopulationLists,
    Register,
    SetUp,
    Tile,
    choose_together,
    kernel_rows,
    list_format,
    neuron_lists,
    population_lists,
)
from litesnn.compiler.encoding.cost import cost_of
from litesnn.compiler.encoding.shared_kernel import windowed
from litesnn.compiler.graph import Graph, Population, SynapseBlock, Window
from litesnn.compiler.mapping.axons import AxonKinds
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.list_group import ListGroup
from litesnn.compiler.mapping.model import Mapping, Slice
from litesnn.compiler.margin import Margin
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CoreMemory:
    """The lists of one core and how they are stored: the parts of `setup` are the `groups`, and share one table of registers."""

    groups: tuple[ListGroup, ...]
    setup: SetUp | None
    rule: ListRule

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """How the lists of each group are stored."""
        return () if self.setup is None else tuple(self.setup.choices)

    @property
    def list_words(self) -> list[Ints]:
        """Words of every list, per group."""
        return [] if self.setup is None else self.setup.list_words

    @property
    def registers(self) -> frozenset[Register]:
        """The format registers of the core."""
        return frozenset() if self.setup is None else self.setup.registers

    @property
    def costs(self) -> dict[str, EncodedCost]:
        """What the lists into each population take, by cause."""
        found: dict[str, EncodedCost] = {}
        for group, choice in zip(self.groups, self.choices, strict=True):
            name, cost = group.part.population, cost_of(choice, group.lists, self.rule)
            found[name] = found[name] + cost if name in found else cost
        return found

    @property
    def usage(self) -> dict[str, int]:
        """What the lists take of a core's resources."""
        words = self.list_words
        return {
            "synapse_words": sum(int(each.sum()) for each in words),
            "list_words": max((int(each.max(initial=0)) for each in words), default=0),
            "synapse_formats": len(self.registers),
        }


def core_memory(
    graph: Graph, slices: Sequence[Slice], rule: ListRule, axons: AxonKinds, margins: Sequence[Margin]
) -> CoreMemory:
    """The lists of a core that holds some slices, slice by slice, source by source; `graph` as cores hold it.

    Every list takes its cheapest encoding; where that needs more format registers than a core has, the cheapest of those that
    the core is set up for.
    """
    groups = [
        replace(
            _group(tile, part, graph, source, shared, blocks, rule, axons.get(source) == "shared"),
            subtracts=subtracts,
        )
        for whole, margin in zip(slices, margins, strict=True)
        for (source, shared, subtracts), blocks in _groups(graph, whole).items()
        for part in _parts(whole, shared, rule)
        for tile in [Tile(part.channels, part.rows, part.columns, margin)]
    ]
    groups = [group for group in groups if len(group.lists)]
    parts = [Candidates(group.lists, rule) for group in groups]
    return CoreMemory(tuple(groups), choose_together(parts, rule.formats) if parts else None, rule)


def core_memories(graph: Graph, mapping: Mapping, profile: Profile) -> Iterator[CoreMemory]:
    """The memory of every core of a mapping, in order."""
    graph, rule = with_own_synapses(graph, profile), ListRule.of(profile)
    for core in mapping.cores:
        slices, margins = zip(*core.placed, strict=True)
        yield core_memory(graph, slices, rule, mapping.axons, margins)


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
    tile: Tile,
    part: Slice,
    graph: Graph,
    sender: str,
    shared: Window | None,
    blocks: list[SynapseBlock],
    rule: ListRule,
    every_channel: bool,
) -> ListGroup:
    source, target = graph[sender], graph[part.population]
    geometries = windowed(block.geometry for block in blocks)
    formats: list[ListFormat] = [list_format(block, rule) for block in blocks]
    if shared is None or rule.kernel_sharing is None:
        lists = neuron_lists(blocks, source.shape, target.shape, tile, rule)
        return ListGroup(part=part, source=sender, lists=lists)
    if rule.kernel_sharing == "row":
        rows = kernel_rows(geometries, formats, source.shape, part.channels)
        read = _read(blocks, part, source, target)
        return ListGroup(part=part, source=sender, lists=rows, window=shared, read=read)
    found: PopulationLists = population_lists(geometries, formats, source.shape, tile, rule, every_channel)
    return ListGroup(
        part=part,
        source=sender,
        lists=found.lists,
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
