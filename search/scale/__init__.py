"""One run on several processes, and in fewer bits: `Ranks`, synchronized normalization, `autocast`."""

from litesnn.search.scale.precision import Precision, autocast
from litesnn.search.scale.ranks import ALONE, Ranks, is_first_process, join_ranks
from litesnn.search.scale.synchronized_norm import synchronize_norms

__all__ = ["ALONE", "Precision", "Ranks", "autocast", "is_first_process", "join_ranks", "synchronize_norms"]
