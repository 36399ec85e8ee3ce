"""Highest values of settings, checked before anything is built with them: far beyond any use, so that a slip of a digit ends in a message.

Lowest values differ between trainings and searches and stand with their settings.
"""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING

from litesnn.errors import LiteSNNError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

HIGHEST = {
    "seed": 2**63 - 1,
    "samples": 2**31,
    "batch_size": 2**16,
    "comp_samples": 2**16,
    "channels": 2**14,
    "deploy_channels": 2**14,
    "hidden": 2**16,
    "timesteps": 4096,
    "sequential": 4096,
    "shift": 4096,
    "cutout": 4096,
    "stem_pool": 4096,
    "last_pool": 4096,
    "threads": 1024,
    "nodes": 64,
}
"""Of whole numbers: torch's seeds, the sides and time steps of a genotype, the cores of a machine."""
OTHERWISE = 10**6
LONGEST = 64
"""Entries of a list."""
MAX_WEIGHTS = 2**28
"""Of a network with all candidates: a gigabyte, before gradients and the state of an optimizer."""


def check_bounds(settings: DataclassInstance, error: type[LiteSNNError]) -> None:
    """Raise `error` for whole numbers above their bounds, floating point numbers that are not finite, and lists that are too long."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        highest = HIGHEST.get(field.name, OTHERWISE)
        if isinstance(value, tuple) and len(value) > LONGEST:
            raise error(f"{field.name}: found {len(value)} entries; allowed: up to {LONGEST}")
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, float) and not isfinite(item):
                raise error(f"{field.name}: found {item}; allowed: a finite number")
            if isinstance(item, int) and item > highest:
                found = item if item < 10**30 else f"a number of {len(str(item))} digits"
                raise error(f"{field.name}: found {found}; allowed: up to {highest}")


def check_weights(count: int, what: str, error: type[LiteSNNError]) -> None:
    """Raise `error` where a network to be built has too many weights; `what` says what they follow from."""
    if count > MAX_WEIGHTS:
        raise error(f"{what}: found {count:.3g} weights; allowed: up to {MAX_WEIGHTS:,} in one network")
