"""A neuron module beside what was read of it: run by itself on random input, its spikes must be those of the equations.

Attributes say what a module computes in the version that was read; this sees another version, a patched method, a wrong reading.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from litesnn.compiler.frontends.real.float_neurons import FloatNeurons
from litesnn.compiler.frontends.real.nodes import Shape, broadcast
from litesnn.jobs.from_torch.neurons.reading import Floats, NeuronReading, Refused

STEPS = 24
NEAR = 1e-3  # of the threshold: a membrane that close may fall on either side in float32


def check_reading(module: Any, reading: NeuronReading, shape: Shape, device: torch.device) -> None:
    """Run both for `STEPS` steps from the beginning; the module's states are left to the caller to put back.

    Inputs stay below 0.8 of the threshold, so that no membrane reaches twice the threshold (see snnTorch's caveat).

    Raises
    ------
    Refused
        Where they differ.
    """
    if reading.recurrent is not None or reading.squeezed:
        return
    spread = {key: broadcast(np.broadcast_to(v, (1, *shape))[0], shape) for key, v in reading.parameters.items()}
    drive = np.random.default_rng(0).uniform(-0.2, 0.8, (STEPS, 1, *shape)) * _scale(spread)
    ours, near = _equations(reading, spread, drive)
    theirs = _module(module, reading, torch.from_numpy(drive).float().to(device))
    differ = (np.abs(ours - theirs) > NEAR * (1 + np.abs(ours))) & ~near
    if differ.any():
        step = int(np.argwhere(differ)[0][0])
        raise Refused(
            f"run by itself it differs in step {step} from {reading.type} with reset '{reading.reset}', which its attributes say; "
            "allowed: the classes as the frameworks have them"
        )


def _equations(reading: NeuronReading, spread: dict[str, Floats], drive: Floats) -> tuple[Floats, Any]:
    """What the equations send, and from which step on a neuron was so near its threshold that rounding decides."""
    neurons, lower, upper = (_neurons(reading, _moved(spread, share)) for share in (0.0, -NEAR, NEAR))
    sent, doubtful, near = [], [], np.zeros((1, *drive.shape[2:]), bool)
    for frame in drive:
        sent.append(neurons.step(frame))
        near = near | (lower.step(frame) != sent[-1]) | (upper.step(frame) != sent[-1])
        doubtful.append(near & (reading.reset is not None))
    return np.stack(sent), np.stack(doubtful)


def _neurons(reading: NeuronReading, spread: dict[str, Floats]) -> FloatNeurons:
    return FloatNeurons(
        type=reading.type,
        parameters=spread,
        dt=1.0,
        decay="euler",
        reset=reading.reset or "zero",
        at=bool(reading.spike_at),
        count=1,
    )


def _moved(spread: dict[str, Floats], share: float) -> dict[str, Floats]:
    return {key: value * (1 + share) if key == "v_threshold" else value for key, value in spread.items()}


def _scale(spread: dict[str, Floats]) -> float:
    return float(np.abs(spread["v_threshold"]).max()) if "v_threshold" in spread else 1.0


def _module(module: Any, reading: NeuronReading, drive: torch.Tensor) -> Floats:
    """What the module sends, (T, 1, *shape), its states at their beginning."""
    for reset in ("reset_mem", "reset", "reset_states"):
        if callable(getattr(module, reset, None)):
            getattr(module, reset)()
            break
    forward = type(module).forward  # without the hooks of the module, which others may have set
    with torch.no_grad():
        if reading.time_axis is not None:
            sent = forward(module, drive.transpose(0, 1) if reading.time_axis else drive)
            spikes = sent if reading.alone else sent[0]
            return _numbers(spikes.transpose(0, 1) if reading.time_axis else spikes)
        kept, states = [], ()
        for frame in drive:
            sent = forward(module, frame, *states)
            kept.append(_numbers(sent if reading.alone else sent[0]))
            states = () if reading.keeps else sent[1:]
    return np.stack(kept)


def _numbers(values: torch.Tensor) -> Floats:
    found: Floats = values.cpu().double().numpy().copy()
    return found
