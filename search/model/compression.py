"""What of a network's compression is in force while it trains: everything, unless it is compressed one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Compression:
    """What is in force on every edge.

    Attributes
    ----------
    pruning : masks are applied
    learning_masks : scores are trained, and masks follow them
    quantizing : weights become codes
    """

    pruning: bool = True
    learning_masks: bool = True
    quantizing: bool = True


WHOLE = Compression()
"""Everything together."""
