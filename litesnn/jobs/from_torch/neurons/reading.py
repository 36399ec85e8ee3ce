"""What is read of a neuron module, in NIR's terms and in steps (dt = 1), and how its forward is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.conventions import Reset

Floats = npt.NDArray[np.float64]
SMALL = 2.0**-20


@dataclass(frozen=True, eq=False)
class NeuronReading:
    """A neuron module.

    Attributes
    ----------
    type, parameters : of the NIR node; values as torch spreads them over (..., *shape)
    reset, spike_at : None for integrators
    sent : parts of what a call gives, in order: spikes (or the membrane of an integrator), then states
    alone : whether a call gives the spikes themselves, not a tuple
    states : states that a call takes after its input, in order
    keeps : whether a state that is not given is the one that the module kept; otherwise it begins anew
    time_axis : of the arriving tensor; None where a call is one step
    squeezed : whether time and batch arrive as one axis
    recurrent : module through which its own last spikes come back
    caveat : where it differs from these words; empty: nowhere
    """

    type: str
    parameters: Mapping[str, Floats]
    reset: Reset | None = None
    spike_at: bool | None = None
    sent: tuple[str, ...] = ("spikes",)
    alone: bool = True
    states: tuple[str, ...] = ()
    keeps: bool = True
    time_axis: int | None = None
    squeezed: bool = False
    recurrent: torch.nn.Module | None = None
    caveat: str = ""

    @property
    def leading(self) -> int:
        """Axes before the layer's own: batch, and time where it arrives apart."""
        return 1 if self.time_axis is None or self.squeezed else 2


class Refused(Exception):
    """Why a module cannot be taken; whoever knows its path makes an `ImportFileError` of it."""


def refused(place: str, problem: Exception | str) -> ImportFileError:
    """The error at a place."""
    return ImportFileError(f"{place}: {problem}")


def floats(value: Any) -> Floats:
    """A parameter as numbers."""
    plain = value.detach().cpu() if isinstance(value, torch.Tensor) else value
    found: Floats = np.asarray(plain, np.float64)
    return found


def spikes_at_threshold(step: Callable[[torch.Tensor], torch.Tensor], name: str) -> bool:
    """Whether a spike function sends a spike for a membrane at its threshold, asked of the function itself.

    Raises
    ------
    Refused
        For a function that is no step from 0 to 1.
    """
    with torch.no_grad():
        given = torch.tensor([-1.0, -SMALL, 0.0, SMALL, 1.0])
        sent = [float(value) for value in step(given)]
    if sent[:2] != [0.0, 0.0] or sent[3:] != [1.0, 1.0] or sent[2] not in (0.0, 1.0):
        raise Refused(f"'{name}' sends {sent} for a membrane from below to above its threshold; allowed: 0 and 1")
    return sent[2] == 1.0


def leaky(decay: Floats, gain: Floats | float, **others: Floats | float) -> tuple[str, dict[str, Floats]]:
    """The NIR type and parameters of v = decay * v + gain * x, with leak to v_leak; an IF where nothing decays.

    Raises
    ------
    Refused
        For decays beyond 0..1, and where some neurons of a layer decay and others do not.
    """
    parameters = {key: np.asarray(value, np.float64) for key, value in others.items()}
    if decay.min() < 0 or decay.max() > 1:
        raise Refused(f"a membrane keeps {decay.min():g}..{decay.max():g} of itself in a step; allowed: 0..1")
    spiking = "v_threshold" in parameters
    if (decay == 1).all():
        if "tau_syn" in parameters:
            raise Refused("a synaptic current before a membrane that does not decay; allowed: a decay below 1")
        parameters.pop("v_leak", None)
        return ("IF" if spiking else "I"), {"r": np.asarray(gain, np.float64) + np.zeros_like(decay), **parameters}
    if (decay == 1).any():
        raise Refused("some of its neurons decay and others do not; allowed: all or none, so give those decay 0.9999")
    tau = 1 / (1 - decay)
    parameters.setdefault("v_leak", np.zeros(()))
    if "tau_syn" in parameters:
        name = "CubaLIF" if spiking else "CubaLI"
        return name, {"tau_mem": tau, "r": gain * tau, **parameters}
    return ("LIF" if spiking else "LI"), {"tau": tau, "r": gain * tau, **parameters}


def current(decay: Floats, gain: Floats | float) -> dict[str, Floats]:
    """NIR's parameters of a synaptic current u = decay * u + gain * x.

    Raises
    ------
    Refused
        For a decay of 1 or beyond 0..1.
    """
    if decay.min() < 0 or decay.max() >= 1:
        raise Refused(
            f"a current keeps {decay.min():g}..{decay.max():g} of itself in a step; allowed: from 0 to below 1"
        )
    tau = 1 / (1 - decay)
    return {"tau_syn": tau, "w_in": np.asarray(gain * tau, np.float64)}
