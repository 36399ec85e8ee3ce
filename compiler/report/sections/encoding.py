"""`encoding`: synapse memory as the chip stores it, by population and in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from litesnn.compiler.report.document import Amount, Count, Document, Number, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litesnn.compiler.encoding import EncodedCost
    from litesnn.compiler.graph import Graph
    from litesnn.compiler.mapping import Mapping
    from litesnn.compiler.profile import Profile


class EncodedEntry(Document):
    """Memory of one population, copies that several cores hold counted each."""

    ideal_bits: Amount
    encoded_bits: Amount
    words: Amount | None = None
    overhead: Annotated[dict[Text, Number], Field(description="cause -> bits")] = Field(default_factory=dict)
    encodings: Annotated[dict[Text, Count], Field(description="encoding -> lists")] = Field(default_factory=dict)


class EncodingSection(Document):
    """Memory as encoded."""

    populations: dict[Text, EncodedEntry]
    total: EncodedEntry

    @classmethod
    def of(
        cls, graph: Graph, mapping: Mapping, profile: Profile, costs: Iterable[dict[str, EncodedCost]] | None = None
    ) -> EncodingSection:
        """The memory of all cores of a mapping; copies that several cores hold count each. `costs` of each core, where they are known."""
        from litesnn.compiler.encoding import EncodedCost, ListRule
        from litesnn.compiler.mapping.memory_image import core_memories

        if costs is None:
            costs = (memory.costs for memory in core_memories(graph, mapping, profile))
        populations: dict[str, EncodedCost] = {}
        for core in costs:
            for name, cost in core.items():
                populations[name] = populations[name] + cost if name in populations else cost
        total = sum(populations.values(), EncodedCost(word_bits=ListRule.of(profile).word_bits))
        return cls(
            populations={name: EncodedEntry(**cost.document()) for name, cost in populations.items()},
            total=EncodedEntry(**total.document()),
        )
