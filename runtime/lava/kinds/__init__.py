"""Lava's neurons for each kind: a module per kind or family, imported where Lava is; the table alone needs no Lava."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from litesnn.compiler.graph import (
    Delta,
    GradedRelay,
    Lif,
    Maximum,
    ProgrammedLif,
    Readout,
    Relay,
    Sigma,
    SigmaDelta,
    Table,
)


class Processes(NamedTuple):
    """A module of this folder, and what is to be known of its processes without Lava.

    Attributes
    ----------
    gates : whether they can rest in some steps
    membrane, current : their variables that are recorded as v and u; without a current it is what arrives
    """

    module: str
    gates: bool = False
    membrane: str = "v"
    current: str | None = "u"


_LEAKY = Processes("lif", gates=True)
_CHANGES = Processes("sigma_delta", membrane="sigma", current=None)


PROCESSES: Table[Processes] = Table(
    "Lava",
    {
        Lif: _LEAKY,
        ProgrammedLif: _LEAKY,
        Maximum: _LEAKY,
        Relay: _LEAKY,
        Readout: _LEAKY,
        Delta: _CHANGES,
        SigmaDelta: _CHANGES,
        Sigma: _CHANGES,
        GradedRelay: _CHANGES,
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
