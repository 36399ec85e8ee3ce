"""On a GPU: every exact computation on tensors against the CPU, integer by integer; then times. Under eight minutes.

    python -m uv run python benchmarks/gpu.py [--device cuda] [--seeds 6] [--images 256] [--json FILE]

equal   networks of every kind of both campaigns (kernels of all geometries, float32 words and float64, registers that overflow), and
        sigma-delta networks: readout, every spike, every register and count. TF32, Winograd and FFT are switched off by the simulator
exact   images per second of LitE-SNN's shape (C = 48) and of the digits, GPU against this machine's CPU
train   a training step of the digits example, GPU against CPU

Ends with exit status 1 where anything differs. `--device cpu` runs the script itself where there is no GPU: tensors against kernels.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cases import CAMPAIGNS, generators
from exact_vs_pytorch import network
from pairs import machine, measure_pairs

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import Simulator
from litesnn.runtime.trace import Trace
from litesnn.search.model.spiking_model import SpikingModel

PARTS = ("spikes", "currents", "membranes", "potentials")


def on_device(graph: Graph, device: str) -> Simulator:
    """The simulator on tensors of a device, be it the CPU's."""
    simulator = Simulator(graph, device)
    vars(simulator)["_native"] = "the benchmark of tensors"
    return simulator


def differing(graph: Graph, inputs: np.ndarray[Any, Any], device: str) -> list[str]:
    """What differs between the device and the CPU, everything recorded."""
    names = [population.name for population in graph.membranes]
    sending = [name for name in names if graph[name].sends != "nothing"]
    found: list[Trace | str] = []
    for simulator in (Simulator(graph), on_device(graph, device)):
        try:
            found.append(simulator.run(inputs, record=sending, record_states=names))
        except LiteSNNError as error:
            found.append(str(error).partition(" reached")[0])
    cpu, gpu = found
    if isinstance(cpu, str) or isinstance(gpu, str):
        return [] if cpu == gpu else [f"one is refused: {cpu if isinstance(cpu, str) else gpu}"]
    parts = [
        f"{part} of {name}"
        for part in PARTS
        for name, values in getattr(cpu, part).items()
        if not np.array_equal(values, getattr(gpu, part)[name])
    ]
    return (
        parts
        + ["readout"] * (not np.array_equal(cpu.readout, gpu.readout))
        + ["counts"] * (cpu.registers != gpu.registers)
    )


def equal(device: str, seeds: int) -> dict[str, Any]:
    """All generators of both campaigns, and sigma-delta networks."""
    compared, wrong = 0, list[str]()
    for campaign in CAMPAIGNS:
        for kind, generate in generators(campaign).items():
            for seed in range(seeds):
                try:
                    case = generate(seed)
                except LiteSNNError:
                    continue  # refused before it runs
                compared += 1
                wrong += [f"{campaign} {kind} {seed}: {part}" for part in differing(case.graph, case.inputs, device)]
    from isolated_graphs import random_isolated

    for seed in range(4 * seeds):
        graph = random_isolated(seed, sigma_deltas=True)
        low, high = graph.sources[0].sent
        inputs = np.random.default_rng(seed).integers(low, high + 1, (3, *graph.sources[0].shape)).astype(np.int16)
        compared += 1
        wrong += [f"sigma-delta {seed}: {part}" for part in differing(graph, inputs, device)]
    return {"networks": compared, "differ": wrong}


def exact_rows(device: str, images: int) -> list[dict[str, Any]]:
    """Images per second of either, samples already in memory."""
    rows = []
    for name in ("digits", "litesnn"):
        loaded, inputs = network(name, 48, images)
        graph = compile_graph(loaded, load_profile("loihi2"))
        cpu, gpu = Simulator(graph), on_device(graph, device)
        found = measure_pairs(lambda: gpu.run(inputs), lambda: cpu.run(inputs), 3).document()  # noqa: B023
        rows.append(
            {"network": loaded.spec.name, "images": len(inputs), "gpu_per_s": len(inputs) / found["a_s"], **found}
        )
    return rows


def train_row(device: str) -> dict[str, Any]:
    """Forward and backward of one batch of the digits in `float` evaluation."""
    loaded, inputs = network("digits", 0, 0)
    images = torch.from_numpy(inputs[:256].astype(np.int32))

    def step(place: str) -> Any:
        model = SpikingModel.from_genotype(loaded).to(place)
        batch = images.to(place)

        def run() -> None:
            model(batch).square().mean().backward()
            if place != "cpu":
                torch.cuda.synchronize()

        return run

    return measure_pairs(step(device), step("cpu"), 5).document()


def main() -> None:
    """Check, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    start = time.perf_counter()
    document: dict[str, Any] = {
        "machine": machine(),
        "device": options.device,
        "equal": equal(options.device, options.seeds),
    }
    if options.device.startswith("cuda"):
        document["name"] = torch.cuda.get_device_name(options.device)
    print(f"{document['equal']['networks']} networks, {len(document['equal']['differ'])} differences", flush=True)
    document["exact"] = exact_rows(options.device, options.images)
    document["train"] = train_row(options.device)
    document["seconds"] = time.perf_counter() - start
    text = json.dumps(document, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if document["equal"]["differ"] else 0)


if __name__ == "__main__":
    main()
