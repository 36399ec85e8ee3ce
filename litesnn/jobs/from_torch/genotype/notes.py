"""What to know of a genotype that was a module: where it is not the module to the last bit, and what is written otherwise."""

from __future__ import annotations

from litesnn.jobs.from_torch.genotype.fit import EPS, Parts
from litesnn.jobs.from_torch.genotype.neurons import ROUNDED
from litesnn.jobs.from_torch.steps import Step


def notes(parts: Parts, step: Step) -> tuple[str, ...]:
    """In words, one thing each."""
    found = []
    decay, rounded = parts.neuron.decay, parts.neuron.decay_mantissa / ROUNDED
    if decay != rounded:
        found.append(
            f"membranes keep {rounded:.6g} of themselves in a step, in training as on the chip; the module's {decay:.6g}"
        )
    at = [path for path, layer in parts.layers.items() if layer.at]
    if at:
        found.append(
            f"{', '.join(at)}: spike at the threshold in the module, above the next smaller number of single precision here; on the "
            "chip's integers a membrane that is equal to the threshold does not spike"
        )
    found += [f"{path}: {reading.caveat}" for path, reading in step.readings.items() if reading.caveat]
    if parts.counts:
        last = f"cell0.node{len(parts.populations) - 1}"
        found.append(
            "the readout counts the spikes of the last layer; the class is the one with most, the first of equals. Its channels are the "
            f"classes: litesnn prune --rates '*=0.5,{last}=0' leaves them"
        )
    plain = [one.path for one in parts.populations if one.norm.eps == EPS]
    if plain:
        found.append(
            f"{', '.join(plain)}: not normalized in the module; a float phase of training normalizes by the batch, so begin one with "
            "Fitted.train, which measures the statistics first"
        )
    return tuple(found)
