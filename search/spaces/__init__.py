"""Search spaces: which networks a search can find, as plain data."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.spaces.spikedhs import CONV, SKIP, CandidateEdge, CellPlan, SpikeDhsSpace

__all__ = ["CONV", "SKIP", "CandidateEdge", "CellPlan", "SpikeDhsSpace"]

__getattr__ = lazily(__name__, dict.fromkeys(__all__, "spikedhs"))
