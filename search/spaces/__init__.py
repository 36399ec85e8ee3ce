"""Search spaces: which networks a search can find, as plain data."""

from litesnn.search.spaces.spikedhs import CONV, SKIP, CandidateEdge, CellPlan, SpikeDhsSpace

__all__ = ["CONV", "SKIP", "CandidateEdge", "CellPlan", "SpikeDhsSpace"]
