"""What every part of a genotype has in common."""

from pydantic import BaseModel

from litesnn.base.cards.shown import Brief


class Part(Brief, BaseModel, extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False):
    """Base of all parts: unknown keys are refused, numbers must be finite, instances are immutable."""
