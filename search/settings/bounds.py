"""How far what is built from settings may go; what each setting may be stands in its class (`litesnn/base/settings`)."""

from __future__ import annotations

from litesnn.base.errors import LiteSNNError

MAX_WEIGHTS = 2**28
"""Of a network with all candidates: a gigabyte, before gradients and the state of an optimizer."""
MAX_SIDE = 4096
"""Time steps of a genotype, and sides of its maps."""
MAX_CHANNELS = 2**14


def check_weights(count: int, what: str, error: type[LiteSNNError]) -> None:
    """Raise `error` where a network to be built has too many weights; `what` says what they follow from."""
    if count > MAX_WEIGHTS:
        raise error(f"{what}: found {count:.3g} weights; allowed: up to {MAX_WEIGHTS:,} in one network")
