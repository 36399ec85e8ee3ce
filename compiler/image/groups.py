"""Neurons of a core: from a population's constants to the group that the core computes, and back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from litesnn.compiler.graph import WEIGHT_SHIFT, Lif, Membranes, Population, ProgrammedLif
from litesnn.compiler.image.documents import PARAMETERS, GroupDocument
from litesnn.compiler.image.model import Group, Ints
from litesnn.compiler.mapping.compartments import compartments
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.margin import NO_MARGIN, Margin
from litesnn.compiler.profile import Profile
from litesnn.compiler.program.documents import DOCUMENTS, read_population

OWN = ("name", "shape", "channels", "genotype_channels", "place", "on_host")
"""Fields of a population in graph.json that a group says otherwise."""


def group_of(population: Membranes, part: Slice, first: int, profile: Profile, margin: Margin) -> Group:
    """The neurons of a slice as a core computes them, from the number `first` on, with a margin."""
    count = compartments(population, profile.neuron)
    computed = _two_compartments(population) if count > 1 else population
    entry = DOCUMENTS.of(computed, population.name).of(computed).model_dump(mode="json", exclude_none=True)
    arrays = {name: getattr(computed, name, None) for name in PARAMETERS}
    kept: dict[str, Ints] = {
        name: values[slice(*part.channels)].astype(np.int64)
        for name, values in arrays.items()
        if isinstance(values, np.ndarray)
    }
    document = GroupDocument(
        population=population.name,
        map=population.shape,
        channels=part.channels,
        rows=part.rows,
        columns=part.columns,
        first=first,
        compartments=2 if count > 1 else 1,
        margin=None if margin == NO_MARGIN else (margin.rows, margin.columns),
        neurons={name: value for name, value in entry.items() if name not in OWN},
        parameters=tuple(name for name in PARAMETERS if name in kept),
    )
    return Group(document, kept)


def _two_compartments(population: Membranes) -> Membranes:
    """Neurons that reset by a second compartment, with the threshold that its register holds."""
    kept = {field.name: getattr(population, field.name) for field in fields(Lif)}
    return Lif(**{**kept, "vth": population.fixed_register})


def population_of(group: Group, name: str) -> Population:
    """What the neurons of a group compute, as a population of the group's box.

    With two compartments, a spike leaves the membrane alone: what it takes from it arrives by a synapse.

    Raises
    ------
    ProgramError
        For constants and parameters that no population has.
    """
    count = group.shape[0]
    own: dict[str, Any] = {
        "name": name,
        "shape": list(group.shape),
        "channels": list(range(count)),
        "genotype_channels": count,
        "place": group.document.population,
        "on_host": False,
    }
    tensors = {f"{name}.{part}": values for part, values in group.parameters.items()}
    population = read_population(f"group '{group.document.population}'", {**group.document.neurons, **own}, tensors)
    if group.document.compartments > 1 and isinstance(population, Lif) and population.vth is not None:
        kept = {field.name: getattr(population, field.name) for field in fields(Lif)}
        return ProgrammedLif(**{**kept, "vth": population.vth << WEIGHT_SHIFT}, reset="none")
    return population
