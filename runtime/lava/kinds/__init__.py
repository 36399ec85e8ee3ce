"""Lava's neurons for each kind: a module per kind or family, imported where Lava is; the table alone needs no Lava."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from litesnn.compiler.graph import Delta, Lif, Maximum, Readout, Relay, Sigma, SigmaDelta, Table


class Processes(NamedTuple):
    """A module of this folder, and whether its neurons can rest in some steps (gates)."""

    module: str
    gates: bool = False


PROCESSES: Table[Processes] = Table(
    "Lava",
    {
        Lif: Processes("lif", gates=True),
        Maximum: Processes("lif", gates=True),
        Relay: Processes("lif", gates=True),
        Readout: Processes("lif", gates=True),
        Delta: Processes("sigma_delta"),
        SigmaDelta: Processes("sigma_delta"),
        Sigma: Processes("sigma_delta"),
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


def lava_neurons(processes: Processes) -> LavaNeurons:
    """A module of this folder, with Lava."""
    return cast(LavaNeurons, import_module(f"{__name__}.{processes.module}"))


def all_lava_neurons() -> list[LavaNeurons]:
    """All modules of this folder, with Lava."""
    return [lava_neurons(processes) for processes in dict.fromkeys(PROCESSES.values())]
