"""Named settings of both methods: what the papers' programs use, and one that ends in minutes on a CPU."""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import SearchError
from litesnn.search.methods.light.settings import CellSearchSettings, Method
from litesnn.search.spaces.operations import SNASNET_OPERATIONS

METHODS: dict[Method, CellSearchSettings] = {
    "lightsnn": CellSearchSettings(),
    "snasnet": CellSearchSettings(
        method="snasnet", operations=SNASNET_OPERATIONS, feedback=True, pool="average", batch_size=256
    ),
}
"""Each method at the settings of its program for CIFAR-10."""

_PRESETS: dict[str, dict[str, int]] = {
    "tiny": {
        "channels": 16,
        "hidden": 0,
        "timesteps": 4,
        "batch_size": 64,
        "candidates": 200,
        "bits": 4,
        "samples": 4000,
    },
    "cifar10": {},
    "cifar100": {"channels": 128},
    "dvs": {"channels": 128, "stem_pool": 2, "timesteps": 16},
}
PRESETS = tuple(_PRESETS)


def preset(method: str, name: str) -> CellSearchSettings:
    """Settings of a method by name.

    Raises
    ------
    SearchError
        For an unknown method or name.
    """
    if method not in METHODS:
        raise SearchError(f"method: found '{method}'; allowed: {', '.join(METHODS)}")
    if name not in _PRESETS:
        raise SearchError(f"preset: found '{name}'; allowed: {', '.join(_PRESETS)}")
    return replace(METHODS[method], **_PRESETS[name])  # type: ignore[arg-type]
