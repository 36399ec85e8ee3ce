"""Lava's neurons for each kind: a module per kind or family, imported where Lava is; the table alone needs no Lava.

A plugin adds rows whose modules are its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from litesnn.base.errors import BackendError
from litesnn.base.named_code import imported
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
    """A module with a kind's neurons, and what is to be known of its processes without Lava.

    Attributes
    ----------
    module : its name, of this folder where it begins with a point
    gates : whether they can rest in some steps
    membrane, current : their variables that are recorded as v and u; without a current it is what arrives
    fast : whether there are fast models of them
    """

    module: str
    gates: bool = False
    membrane: str = "v"
    current: str | None = "u"
    fast: bool = True


_LEAKY = Processes(".lif", gates=True)
_CHANGES = Processes(".sigma_delta", membrane="sigma", current=None)


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
    """A module, with Lava.

    Raises
    ------
    BackendError
        For a plugin's that is not there, or fails while it is imported.
    """
    if processes.module.startswith("."):
        return cast(LavaNeurons, import_module(processes.module, __name__))
    return cast(LavaNeurons, imported(processes.module, "lava", BackendError))


def all_lava_neurons(*, fast: bool = False) -> list[LavaNeurons]:
    """All modules, or those with fast models, with Lava."""
    return [lava_neurons(made) for made in dict.fromkeys(PROCESSES.values()) if made.fast or not fast]
