"""`network`, `memory` and `populations`: size and sparsity, in all and population by population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.report.document import Count, Document, Flag, Fraction, Positive, Text, Whole, present

if TYPE_CHECKING:
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.report.made import Made


class BitsEntry(Document):
    """Weights of one width, all and kept."""

    weights: Count
    kept: Count


class NetworkSection(Document):
    """Size and sparsity of the network."""

    timesteps: Positive
    isolated: Annotated[Flag, Field(description="every sample is a run of its own, without resets")] = False
    weights: Count
    kept_weights: Count
    connection_sparsity: Annotated[Fraction, Field(description="fraction of the weights that are zero (NeuroBench)")]
    weights_by_bits: dict[Annotated[str, Field(pattern="^[1-9][0-9]*$")], BitsEntry]
    populations: Count
    blocks: Count
    neurons: Count
    neurons_on_host: Count
    synapses: Count

    @classmethod
    def of(cls, made: Made) -> NetworkSection:
        """The section of a compiled graph."""
        graph, weights = made.graph, made.weights
        return cls(
            timesteps=graph.timesteps,
            isolated=graph.isolated,
            weights=weights.weights,
            kept_weights=weights.kept,
            connection_sparsity=round(weights.connection_sparsity, 6),
            weights_by_bits={str(bits): BitsEntry(**counts) for bits, counts in weights.by_bits.items()},
            populations=len(graph.membranes),
            blocks=len(graph.blocks),
            neurons=sum(population.size for population in graph.membranes),
            neurons_on_host=sum(population.size for population in graph.membranes if population.on_host),
            synapses=sum(_synapses(graph, population) for population in graph.membranes),
        )


class MemorySection(Document):
    """Weight memory in bits, without index, header or padding bits."""

    ideal_bits: Annotated[Count, Field(description="stored weights times their width")]
    unrolled_bits: Annotated[Count, Field(description="the same for every synapse, without shared kernels")]

    @classmethod
    def of(cls, graph: Graph) -> MemorySection:
        """`ideal_bits` is what a search counts, `unrolled_bits` what a chip without shared kernels stores."""
        ideal = unrolled = 0
        for block in graph.blocks:
            assert block.format is not None
            ideal += block.geometry.nnz * block.format.num_weight_bits
            unrolled += int(graph.fan_out(block).sum()) * block.format.num_weight_bits
        return cls(ideal_bits=ideal, unrolled_bits=unrolled)


class PopulationEntry(Document):
    """One population of the compiled graph."""

    name: Text
    kind: Annotated[Text, Field(description="kind of neurons (compiler/graph/kinds)")]
    shape: Annotated[tuple[Positive, Positive, Positive], Field(description="channels, height, width")]
    genotype_channels: Count
    neurons: Count
    on_host: Flag
    blocks: Count
    num_weight_bits: tuple[Count, ...]
    sign_modes: tuple[Literal["mixed", "excitatory", "inhibitory"], ...]
    genotype_weights: Count
    kept_weights: Count
    stored_weights: Count
    synapses: Count
    arrival: Whole | None
    readout: Flag
    compartments: Annotated[Positive, Field(description="of the chip, per neuron")] = 1
    program: Annotated[Text, Field(description="why its neurons need a program; empty where they are fixed")] = ""
    decays: Annotated[Positive, Field(description="distinct pairs of decays (du, dv)")] = 1
    state_words: Annotated[Count | None, Field(description="per neuron, where they count against a core's words")] = (
        None
    )

    @property
    def removed(self) -> int:
        """Channels that the genotype has and the graph has not."""
        return self.genotype_channels - self.shape[0]

    @property
    def takes(self) -> str:
        """What its neurons take besides what LIF neurons do: `2 compartments`, `program, 2 words`; empty where nothing."""
        words = "" if self.state_words in (None, 0, 1) else f"{self.state_words} words"
        split = f"{self.compartments} compartments" if self.compartments > 1 else ""
        decays = f"{self.decays:,} decays" if self.decays > 1 else ""
        return ", ".join(part for part in (split, "program" if self.program else "", words, decays) if part)

    @classmethod
    def rows(cls, made: Made) -> tuple[PopulationEntry, ...]:
        """One per population, in topological order."""
        return tuple(cls._of(made, population) for population in made.graph.membranes)

    @classmethod
    def _of(cls, made: Made, population: Membranes) -> PopulationEntry:
        graph = made.graph
        blocks = graph.into(population.name)
        formats = [block.format for block in blocks if block.format is not None]
        genotype_weights, kept_weights = made.weights.by_population.get(population.name, (0, 0))
        return cls(
            name=population.name,
            kind=population.kind,
            shape=population.shape,
            genotype_channels=population.genotype_channels,
            neurons=population.size,
            on_host=population.on_host,
            blocks=len(blocks),
            num_weight_bits=tuple(sorted({form.num_weight_bits for form in formats})),
            sign_modes=tuple(sorted({form.sign_mode for form in formats})),
            genotype_weights=genotype_weights,
            kept_weights=kept_weights,
            stored_weights=sum(block.geometry.nnz for block in blocks),
            synapses=_synapses(graph, population),
            arrival=population.arrival,
            readout=population.name == graph.output.name,
            **_neurons(population, made.profile),
        )


def _neurons(population: Membranes, profile: Profile) -> dict[str, Any]:
    """What its neurons take on the chip."""
    from litesnn.compiler.mapping.compartments import compartments, state_words

    decays = {"decays": len(population.decays())}
    if population.on_host:
        return decays
    core, neuron = profile.core, profile.neuron
    words = core.neuron_words.value
    taken = None if words is None else state_words(population, neuron, words, core.word_bits.value or 64)
    program = population.needs_program() if neuron.programmable.value else None
    return decays | {
        "compartments": compartments(population, neuron),
        "program": program or "",
        **present(state_words=taken),
    }


def _synapses(graph: Graph, population: Membranes) -> int:
    return sum(int(graph.fan_out(block).sum()) for block in graph.into(population.name))
