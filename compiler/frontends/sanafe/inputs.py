"""What enters the network: spike trains of `input` somas, or the biases of the one group that nothing reaches; and what the file holds.

A file of SANA-FE holds its input. It becomes the sample that the imported network is verified with, and other samples may take its place.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.sanafe.description import Attributes, Group
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.somas import check_known
from litesnn.compiler.frontends.sanafe.units import INPUT
from litesnn.compiler.frontends.sanafe.values import entries, number, truth
from litesnn.compiler.frontends.support import check_timesteps

Values = npt.NDArray[np.int16]
MOST_VALUES = 2**28
"""Of a file's own input, neurons times steps."""


def check_inputs(groups: list[Group]) -> None:
    """Refuse attributes of `input` somas that are not known."""
    for group in groups:
        check_known(group, INPUT)


def longest_train(groups: list[Group]) -> int:
    """Steps of the longest list of spikes; 0 without one."""
    lists = (neuron["spikes"] for group in groups for neuron in group.neurons if "spikes" in neuron)
    steps = max((len(train) for train in lists if isinstance(train, list)), default=0)
    if steps:
        check_timesteps(steps, f"{groups[0].place.file}: steps of a list of spikes")
    return steps


def own_trains(groups: list[Group], steps: int) -> Values | None:
    """Spikes (T, n) that the file lets its inputs send; None where any of them are drawn by chance."""
    size = sum(group.size for group in groups)
    if size * steps > MOST_VALUES:
        groups[0].place.refuse(
            f"found {size:,} inputs over {steps:,} steps; allowed: {MOST_VALUES:,} values (--timesteps)"
        )
    found = np.zeros((steps, size), np.int16)
    column = 0
    for group in groups:
        for neuron in group.neurons:
            if "poisson" in neuron and number(group.place.below("poisson"), neuron["poisson"]) > 0:
                return None
            found[:, column] = _train(group.place, neuron, steps)
            column += 1
    return found


def _train(place: Place, neuron: Attributes, steps: int) -> Values:
    """A neuron's spikes (T,): its list, and with a rate also every step whose number, from 1 on, trunc(1 / rate) divides."""
    sent = np.zeros(steps, np.int16)
    if "spikes" in neuron:
        at = place.below("spikes")
        listed = [truth(at, entry) for entry in entries(at, neuron["spikes"])][:steps]
        sent[: len(listed)] = listed
    rate = number(place.below("rate"), neuron.get("rate", "0"))
    if not 0 <= rate <= 1:
        place.refuse(f"found rate {rate:g}; allowed: 0 .. 1 spikes a step")
    if rate > 0:
        period = int(1 / rate)
        sent[period - 1 :: period] = 1
    return sent
