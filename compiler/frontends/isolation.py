"""Whether the samples of an imported network may stream back to back, or must each be a run of its own.

Streamed samples share one network: each population is reset when its next sample arrives, and every path is balanced. That is
exact where nothing happens before a sample arrives, and nothing of a sample is left when the next one does. Delays and loops
that are part of the computation break the first, sigma-delta neurons have no reset, and a bias works from the first step on,
before any input, unless a reset undoes it: there samples are isolated.
"""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import ImportFileError
from litesnn.compiler.graph import FidelityLabel, Graph


def needs_isolation(graph: Graph) -> str | None:
    """Why samples cannot stream, or None."""
    if graph.has_loops:
        return "recurrent connections"
    if any(block.delay > 0 for block in graph.blocks):
        return "delays that are part of the network"
    if any(not population.has_reset for population in graph.membranes):
        return "sigma-delta neurons, which have no reset"
    return None


def with_isolation(file: str, graph: Graph, reset: bool | None) -> Graph:
    """The graph with `isolated` chosen; `reset` True or False is the user's wish, None takes resets where they change nothing.

    Raises
    ------
    ImportFileError
        If resets are asked for and the network cannot have them.
    """
    needed = needs_isolation(graph)
    if reset and needed:
        raise ImportFileError(f"{file}: --reset: the network has {needed}; its samples can only be isolated")
    biased = any(population.bias.any() for population in graph.membranes)
    isolated = not reset if reset is not None else bool(needed or biased)
    why = needed or ("biases, which work before a sample arrives" if biased else "no resets asked for")
    if isolated:
        detail = f"every sample is a run of its own from zero state ({why})"
    else:
        detail = "samples stream back to back; every population is reset when its next sample arrives"
        if biased:
            detail += " and its bias works from there on"
    return replace(graph, isolated=isolated).labelled(FidelityLabel("samples", "network", "exact", detail))
