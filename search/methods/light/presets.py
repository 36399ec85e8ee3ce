"""Named settings of both methods: what the papers' programs use, and the defaults, which end in minutes on a CPU."""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import SearchError
from litesnn.search.methods.light.settings import CellSearchSettings, Method
from litesnn.search.spaces.operations import SNASNET_OPERATIONS

_TINY: dict[Method, CellSearchSettings] = {
    "lightsnn": CellSearchSettings(),
    "snasnet": CellSearchSettings(method="snasnet", operations=SNASNET_OPERATIONS, pool="average"),
}
_PROGRAM = {"channels": 256, "hidden": 1024, "timesteps": 5, "candidates": 5000, "bits": None, "samples": 0}
_BATCH: dict[Method, int] = {"lightsnn": 64, "snasnet": 256}
"""What the programs have for CIFAR-10."""
_CHANGES: dict[str, dict[str, int | None]] = {
    "tiny": {},
    "cifar10": _PROGRAM,
    "cifar100": {**_PROGRAM, "channels": 128},
    "dvs": {**_PROGRAM, "channels": 128, "stem_pool": 2, "timesteps": 16},
}
PRESETS = tuple(_CHANGES)


def preset(method: str, name: str) -> CellSearchSettings:
    """Settings of a method by name.

    Raises
    ------
    SearchError
        For an unknown method or name.
    """
    if method not in _TINY:
        raise SearchError(f"method: found '{method}'; allowed: {', '.join(_TINY)}")
    if name not in _CHANGES:
        raise SearchError(f"preset: found '{name}'; allowed: {', '.join(_CHANGES)}")
    known, changes = _TINY[method], _CHANGES[name]
    batch = {"batch_size": _BATCH[method]} if changes else {}
    return replace(known, **batch, **changes)  # type: ignore[arg-type]
