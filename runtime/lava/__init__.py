"""The Lava backend: the only place that imports Lava, and that only in the worker process.

`run_lava` hands a graph and samples to a worker process, which builds Lava processes from a `NetworkPlan` of it (plain arrays,
no Lava needed), runs them with one of three sets of models, and leaves recordings in files that both map into memory.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litesnn.runtime.lava.exchange import Models
    from litesnn.runtime.lava.run import run_lava
    from litesnn.runtime.lava.session import LAVA_TIMEOUT, LavaSession, require_lava

_HOMES = {
    "LAVA_TIMEOUT": "session",
    "LavaSession": "session",
    "Models": "exchange",
    "require_lava": "session",
    "run_lava": "run",
}

__all__ = ["LAVA_TIMEOUT", "LavaSession", "Models", "require_lava", "run_lava"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'; it has: {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
