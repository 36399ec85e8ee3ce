"""Which populations need a programmed neuron, because a fixed leaky integrate-and-fire unit cannot compute them."""

from __future__ import annotations

from litesnn.compiler.graph.populations import Membranes, Neurons, Population, Readout, Source

# What Loihi 1's fixed unit computes: leak, bias and threshold per neuron. Relays and maxima are such neurons of threshold 0,
# a readout one that never reaches its threshold. Periodic resets are written by the chip's processors, not by the neuron.
FIXED_UNIT = (Source, Neurons, Readout)


def needs_programmable_neuron(population: Population) -> str | None:
    """Why a population needs a programmed neuron, or None if the fixed unit does; a new kind of neurons needs one."""
    if isinstance(population, Membranes) and population.gated:
        return f"'{population.name}' computes once in {population.initiation_interval} step(s) and rests between samples (feedback)"
    if type(population) in FIXED_UNIT:
        return None
    return f"{type(population).__name__} neurons are not leaky integrate-and-fire"
