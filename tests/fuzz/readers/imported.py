"""What becomes of a network file of another tool that was accepted: compiled, and one sample run."""

from __future__ import annotations

from math import prod

from fuzz.use import SMALL, run_one_sample
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.profile import load_profile


def compile_and_run(found: SourceFile) -> None:
    """As `import` does, but for Lava; a large network is only read."""
    graph = found.read_graph
    if sum(prod(population.shape) for population in graph.populations) * graph.timesteps <= SMALL:
        run_one_sample(found.pipeline(load_profile("loihi2")).run())
