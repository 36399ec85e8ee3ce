"""Small programs that are proved, with PyTorch's integers: pools and maxima, feedback, relays with a reset by subtraction."""

from __future__ import annotations

from functools import cache
from typing import Any

from program_faults import Files
from published_shape import published
from random_networks import random_trained_genotype

from litesnn.compiler.image import build_image, image_files
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.program import network_files
from litesnn.jobs.compile import try_mapping
from litesnn.search.model.reference import FixedPopulation, fixed_parameters

NETWORKS = (
    ({"cells": 1, "size": 5, "timesteps": 3, "ops": ("conv3x3", "maxpool3x3", "avgpool2x2", "skip")}, {}),
    ({"cells": 1, "size": 4, "feedback": 2, "nodes": 2, "timesteps": 3, "channels": 3}, {}),
    ({"cells": 2, "size": 4, "reset": "subtract", "channels": 3, "timesteps": 4}, {"delay_max": "0"}),
)
SMALL = {"chip.neurons_per_core": "100", "chip.cores": "1", "core.synapse_words": "80"}


@cache
def network(number: int) -> tuple[Files, dict[str, FixedPopulation]]:
    choices, overrides = NETWORKS[number]
    return _program(number, choices, overrides)


@cache
def relayed_input() -> tuple[Files, dict[str, FixedPopulation]]:
    """A network that reads its input, spikes, over a relay."""
    return _program(5, {"cells": 2, "size": 4, "channels": 2, "timesteps": 3}, {"delay_max": "0"})


def _program(seed: int, choices: dict[str, Any], overrides: dict[str, str]) -> tuple[Files, dict[str, FixedPopulation]]:
    loaded, profile = random_trained_genotype(seed, **choices), load_profile("loihi2", overrides)
    origin = GenotypeOrigin(loaded)
    return network_files(origin.pipeline(profile).run(), origin, profile), fixed_parameters(loaded)


@cache
def mapped(number: int, chip: str) -> tuple[Files, dict[str, FixedPopulation]]:
    """A network with the image of its cores; loihi1 shares lists between pixels and resets by a second compartment.

    `loihi1 in gaps`: another network, on cores so small and so many that lists lead into gaps between the neurons.
    """
    if chip == "loihi1 in gaps":
        loaded, profile = published(6, size=7, cells=2, timesteps=3), load_profile("loihi1", SMALL)
    else:
        choices, overrides = NETWORKS[number]
        loaded = random_trained_genotype(number, **choices)
        profile = load_profile(chip, overrides if chip == "loihi2" else {})
    origin = GenotypeOrigin(loaded)
    graph = origin.pipeline(profile).run()
    mapping = try_mapping(graph, profile, None)
    assert isinstance(mapping, Mapping)
    assert any(core.margins for core in mapping.cores) == (chip == "loihi1 in gaps")
    image = image_files(build_image(graph, mapping, profile, origin.name))
    stored = {f"image/{name}": content for name, content in image.items()}
    return {**network_files(graph, origin, profile, mapping), **stored}, fixed_parameters(loaded)
