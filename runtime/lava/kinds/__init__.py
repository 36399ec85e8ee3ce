"""Lava's neurons for each kind: a module per kind or family, imported where Lava is; the table alone needs no Lava."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast

from litesnn.compiler.graph import Delta, Lif, Maximum, Readout, Relay, Sigma, SigmaDelta, Table

PROCESSES: Table[str] = Table(
    "Lava",
    {
        Lif: "lif",
        Maximum: "lif",
        Relay: "lif",
        Readout: "lif",
        Delta: "sigma_delta",
        SigmaDelta: "sigma_delta",
        Sigma: "sigma_delta",
    },
)


class LavaNeurons(Protocol):
    """What each module offers."""

    def build(self, plan: Any, copies: int) -> Any:
        """The Lava process of a `NeuronPlan`, so many times side by side."""

    def stock(self) -> dict[type, type]:
        """Process -> bit-accurate model, of all processes that `build` makes."""

    def fast(self) -> dict[type, type]:
        """Process -> our fast model."""


def lava_neurons(module: str) -> LavaNeurons:
    """A module of this folder, with Lava."""
    return cast(LavaNeurons, import_module(f"{__name__}.{module}"))


def all_lava_neurons() -> list[LavaNeurons]:
    """All modules of this folder, with Lava."""
    return [lava_neurons(module) for module in dict.fromkeys(PROCESSES.values())]
