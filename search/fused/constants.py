"""The constants of neurons as the kernels take them."""

from __future__ import annotations

from math import pi, tanh

from litesnn.kernels.neurons import Constants, ResetKind, SurrogateShape
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.registers import DECAY_ONE
from litesnn.search.model.surrogate import HALF_WINDOW


def constants_of(neurons: LifConstants) -> Constants:
    """Of neurons, and of their surrogate gradient."""
    surrogate, width = neurons.surrogate, neurons.surrogate.width
    shared = {
        "decay": neurons.decay_mantissa / DECAY_ONE,
        "threshold": neurons.threshold,
        "reset": ResetKind[neurons.reset.upper()],
    }
    if surrogate.shape == "dspike":
        largest = width / (2 * tanh(width / 2))
        return Constants(**shared, window=HALF_WINDOW, first=largest, shape=SurrogateShape.DSPIKE)
    if surrogate.shape == "triangle":
        return Constants(**shared, first=width, second=width**2, shape=SurrogateShape.TRIANGLE)
    return Constants(**shared, first=width / 2, second=pi / 2 * width, shape=SurrogateShape.ARCTANGENT)
