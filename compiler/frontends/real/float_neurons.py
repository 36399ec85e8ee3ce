"""One neuron node in floating point: NIR's equations as they stand there, in the file's own potentials.

A second writing of what `discretize` computes, on purpose: the float run is what the integers are held against, so it shares the
file's parameters and the choices (time step, decay rule, reset, spikes at the threshold) and none of the step's coefficients.

    tau_syn du/dt = -u + w_in x              CubaLIF, CubaLI; elsewhere u = x
    tau     dv/dt = v_leak - v + r u         IF, I: dv/dt = r u
    a spike where v > v_threshold (or >=), then v = v_reset, or v - (v_threshold - v_reset) at once or with the next update, or v
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.conventions import DecayRule, Reset

Floats = npt.NDArray[np.float64]
ROUNDED = 2.0**-20  # relative: r and tau went through float32, and a gain that was 1 is no longer

SUMMED = 2.0**-40  # relative: nine ninths, summed in float64, are one


class FloatNeurons:
    """The neurons of a node over a batch.

    Parameters
    ----------
    type : NIR's name of the node
    parameters : by NIR's names, spread over the neurons
    count : samples
    several : as many spikes a step as thresholds fit into the membrane; for neurons that spike at the threshold and subtract it
    """

    def __init__(
        self,
        type: str,
        parameters: Mapping[str, Floats],
        dt: float,
        decay: DecayRule,
        reset: Reset,
        at: bool,
        count: int,
        several: bool = False,
    ) -> None:
        self.type, self.values, self.dt, self.decay, self.reset, self.at = type, parameters, dt, decay, reset, at
        self.several = several
        shape = next(iter(parameters.values())).shape
        self.rest = parameters.get("v_reset", np.zeros(shape))
        self.current = np.zeros((count, *shape))
        self.membrane = np.zeros((count, *shape)) + self.rest
        self.fired = np.zeros((count, *shape))

    def step(self, arriving: Floats) -> Floats:
        """Spikes 0 and 1, or the membranes of an integrator, after one more step."""
        values = self.values
        if self.type == "Threshold":
            return self._above(arriving).astype(np.float64)
        if "tau_syn" in values:
            self.current = self._towards(self.current, 0.0, values["w_in"], arriving, values["tau_syn"])
            arriving = self.current
        if "v_leak" in values:
            tau = values["tau"] if "tau" in values else values["tau_mem"]
            self.membrane = self._towards(self.membrane, values["v_leak"], values["r"], arriving, tau)
        else:
            self.membrane = self.membrane + _one(self.dt * values["r"]) * arriving
        if "v_threshold" not in values:
            return self.membrane
        if self.reset == "subtract_next":
            self.membrane = self.membrane - self.fired * (values["v_threshold"] - self.rest)
        self.fired = self._spikes(self.membrane)
        if self.reset == "zero":
            self.membrane = np.where(self.fired > 0, self.rest, self.membrane)
        elif self.reset == "subtract":
            self.membrane = self.membrane - self.fired * (values["v_threshold"] - self.rest)
        return self.fired

    def _spikes(self, potential: Floats) -> Floats:
        fired: Floats = self._above(potential).astype(np.float64)
        if not self.several:
            return fired
        fitting: Floats = np.floor((potential - self.rest) / (self.values["v_threshold"] - self.rest) + SUMMED)
        counted: Floats = fired * np.maximum(fitting, 1.0)
        return counted

    def _above(self, potential: Floats) -> npt.NDArray[np.bool_]:
        threshold = self.values["v_threshold"]
        tie = SUMMED * np.abs(threshold)
        fired: npt.NDArray[np.bool_] = potential >= threshold - tie if self.at else potential > threshold + tie
        return fired

    def _towards(self, state: Floats, rest: Floats | float, gain: Floats, drive: Floats, tau: Floats) -> Floats:
        """The state after a step on its way to rest + gain * drive."""
        share = np.minimum(self.dt / tau, 1.0) if self.decay == "euler" else 1 - np.exp(-self.dt / tau)
        moved: Floats = state + share * (rest - state) + _one(_limit(share, gain)) * drive
        return moved


def _limit(share: Floats, gain: Floats) -> Floats:
    """share * gain; of an infinite gain, whose share is nothing, what both come to as tau grows with gain = tau / dt: 1."""
    result = np.ones_like(gain)
    np.multiply(share, gain, out=result, where=np.isfinite(gain))
    return result


def _one(gain: Floats) -> Floats:
    """A gain that is 1 but for the rounding of its parts."""
    result: Floats = np.where(np.abs(gain - 1) <= ROUNDED, 1.0, gain)
    return result
