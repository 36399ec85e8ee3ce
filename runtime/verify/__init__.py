"""Verification: PyTorch against exact against Lava, per population and time step, with the first divergence and its cause."""

from litesnn.runtime.verify.compare import Comparison, Divergence, Observed, PopulationComparison
from litesnn.runtime.verify.verify import Engine, Verification, verify_engines

__all__ = ["Comparison", "Divergence", "Engine", "Observed", "PopulationComparison", "Verification", "verify_engines"]
