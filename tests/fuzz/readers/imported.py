"""What becomes of a network file of another tool that was accepted: compiled, and one sample run."""

from __future__ import annotations

from math import prod

from fuzz.use import SMALL, run_one_sample
from litesnn.compiler.frontends.compile import compile_imported
from litesnn.compiler.frontends.nir.read import NirNetwork
from litesnn.compiler.profile import load_profile
from litesnn.importing import Network


def compile_and_run(found: Network) -> None:
    """As `import` does, but for Lava; a large network is only read."""
    imported = found.imported if isinstance(found, NirNetwork) else found
    graph = imported.graph
    if sum(prod(population.shape) for population in graph.populations) * graph.timesteps <= SMALL:
        run_one_sample(compile_imported(imported, load_profile("loihi2"), "auto"))
