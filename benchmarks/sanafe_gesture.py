"""SANA-FE's DVS gesture network, imported and run by us: firings in 1,000 steps, and neuron by neuron beside SANA-FE's own run.

    python benchmarks/sanafe_gesture.py DVS_CHALLENGE.npz [--steps N]

The archive lies in the wheel of `sanafe` 2.2.9 (GPL-3, no dependency of LiteSNN). Where that package can be imported, it builds the
network as its tutorial does, runs it, and every spike of both is compared.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import litesnn
from litesnn.compiler.origin.formats import read_network
from litesnn.runtime.exact import simulate

STRIDES = (2, 1, 1, 1)
PUBLIC_FIRINGS = 365_277
PUBLIC_STEPS = 1_000
TUTORIAL_CORES = (1, 4, 16, 16, 4, 1)
Spikes = dict[str, npt.NDArray[np.uint8]]


def ours(archive: Path, steps: int, profile: str) -> Spikes:
    """Spikes (T, n) of each layer by the exact simulator, counted from the network's first step on as SANA-FE does."""
    origin = read_network(archive, timesteps=steps, strides=STRIDES)
    graph = origin.pipeline(litesnn.load_profile(profile)).run()
    assert origin.own_input is not None
    names = [population.name for population in graph.membranes]
    recorded = simulate(graph, origin.own_input[None], record=names).spikes
    found = {}
    for name in names:
        late = graph[name].arrival or 0  # nothing reaches the layer before: it has no bias
        found[name] = np.zeros((steps, graph[name].size), np.uint8)
        found[name][late:] = recorded[name][0].reshape(steps, -1)[: steps - late]
    return found


def build(archive: Path) -> tuple[Any, list[Any]]:
    """SANA-FE's network, as its tutorial builds it, and its layers."""
    import sanafe.layers

    arrays = np.load(archive)
    network, thresholds = sanafe.Network(), arrays["thresholds"]
    layers = [sanafe.layers.Input2D(network, 32, 32, threshold=thresholds[0])]
    for number, stride in enumerate(STRIDES, 1):
        kernel = arrays[f"conv{number}"]
        strides = {"stride_width": stride, "stride_height": stride}
        layers.append(sanafe.layers.Conv2D(network, layers[-1], kernel, threshold=thresholds[number], **strides))
    layers.append(sanafe.layers.Dense(network, layers[-1], 11, arrays["dense1"], threshold=thresholds[-1]))
    for neuron, bias in zip(layers[0], arrays["inputs"], strict=True):
        neuron.set_attributes(model_attributes={"bias": bias})
    return network, layers


def theirs(archive: Path, steps: int, names: list[str]) -> Spikes:
    """The same by SANA-FE, mapped as its tutorial maps it."""
    import sanafe

    architecture = sanafe.load_loihi()
    network, layers = build(archive)
    cores = iter(architecture.cores())
    for layer, count in zip(layers, TUTORIAL_CORES, strict=True):
        for part in np.array_split(np.arange(len(layer)), count):
            core = next(cores)
            for index in part.tolist():
                layer[index].map_to_core(core)
                layer[index].set_attributes(log_spikes=True)
    chip = sanafe.SpikingChip(architecture)
    chip.load(network)
    trace = chip.sim(steps, timing_model="simple", spike_trace=True)["spike_trace"]
    groups = {layer.group.get_name(): name for layer, name in zip(layers, names, strict=True)}
    found = {name: np.zeros((steps, len(layer)), np.uint8) for name, layer in zip(names, layers, strict=True)}
    for step, addresses in enumerate(trace):
        for address in addresses:
            group, _, neuron = str(address).rpartition(".")
            found[groups[group]][step, int(neuron)] = 1
    return found


def main() -> None:
    """Count, and compare where SANA-FE is at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--steps", type=int, default=PUBLIC_STEPS)
    parser.add_argument("--profile", default="loihi1")
    given = parser.parse_args()
    found = ours(given.archive, given.steps, given.profile)
    firings = {name: int(spikes.sum()) for name, spikes in found.items()}
    print(f"ours, {given.profile}: {sum(firings.values()):,} firings in {given.steps:,} steps: {firings}")
    if given.steps == PUBLIC_STEPS:
        print(
            f"the public count is {PUBLIC_FIRINGS:,}: {'met' if sum(firings.values()) == PUBLIC_FIRINGS else 'NOT MET'}"
        )
    if importlib.util.find_spec("sanafe") is None:
        print("sanafe cannot be imported here: its own run was not compared")
        return
    beside = theirs(given.archive, given.steps, list(found))
    wrong = sum(int((found[name] != beside[name]).sum()) for name in found)
    values = sum(spikes.size for spikes in found.values())
    print(f"beside SANA-FE: {wrong:,} of {values:,} values (neurons times steps) differ")


if __name__ == "__main__":
    main()
