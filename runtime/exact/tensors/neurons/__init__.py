"""What populations compute per step: one model per kind of neuron behind one small interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from litesnn.runtime.exact.tensors.neurons.lif import LeakyModel, ProgrammedModel
from litesnn.runtime.exact.tensors.neurons.model import NeuronModel, Setting, States
from litesnn.runtime.exact.tensors.neurons.sigma_delta import DeltaModel, GradedRelayModel, SigmaDeltaModel, SigmaModel

MODELS: Table[Callable[[Any, Setting], NeuronModel]] = Table(
    "the exact simulator",
    {
        Lif: LeakyModel,
        ProgrammedLif: ProgrammedModel,
        Maximum: LeakyModel,
        Relay: LeakyModel,
        Readout: LeakyModel,
        Delta: DeltaModel,
        SigmaDelta: SigmaDeltaModel,
        Sigma: SigmaModel,
        GradedRelay: GradedRelayModel,
    },
)

__all__ = ["MODELS", "NeuronModel", "Setting", "States"]
