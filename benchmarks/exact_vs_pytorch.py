"""Images per second of the exact simulator against PyTorch's `float` evaluation, and their peak memory.

    python -m uv run python benchmarks/exact_vs_pytorch.py [--pairs 5] [--threads 2] [--channels 48] [--json FILE]

Both run the same images with the same threads, models prepared beforehand. PyTorch gets the batch size and the memory layout that
are fastest here; the exact simulator chooses its own. A second anchor is the same with convolutions in bfloat16. Runs alternate, each side for
a quarter of a second; a ratio above 1 says that the exact simulator is faster.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from calibrated import calibrated
from pairs import machine, measure_pairs, peak_mb, seconds
from published_shape import published

from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.graph import Graph, SynapseBlock
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.testbench.genotype_samples import random_inputs, verification_samples
from litesnn.runtime.exact import Simulator
from litesnn.search.model.spiking_model import SpikingModel

DIGITS = Path(__file__).parents[1] / "examples" / "digits" / "genotype.json"
BATCHES = {"digits": (64, 128, 256, 599), "litesnn": (2, 4, 8, 16)}
LEAST = 0.25  # seconds that a side is run for at a time
Inputs = np.ndarray[Any, np.dtype[np.int16]]


def network(name: str, channels: int, images: int) -> tuple[LoadedGenotype, Inputs]:
    """A network and its images: the shipped example on its test set, or LitE-SNN's shape, 80 % pruned, on random images."""
    if name == "digits":
        loaded = load_genotype(DIGITS)
        return loaded, verification_samples(loaded.spec).inputs
    loaded = calibrated(published(channels))
    return loaded, random_inputs(loaded.spec, images, seed=0)


def exact(loaded: LoadedGenotype, inputs: Inputs) -> Callable[[], object]:
    """The exact simulator, ready to run all images."""
    simulator = Simulator(compile_graph(loaded, load_profile("loihi2")))
    return lambda: simulator.run(inputs)


def pytorch(
    loaded: LoadedGenotype, inputs: Inputs, batch: int, channels_last: bool, bf16: bool = False
) -> Callable[[], object]:
    """PyTorch's `float` evaluation, ready to run all images; its convolutions in bfloat16 where asked for."""
    model = SpikingModel.from_genotype(loaded)
    if channels_last:
        model.to(memory_format=torch.channels_last)
    images = torch.from_numpy(inputs.astype(np.int32))

    def run() -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            for first in range(0, len(images), batch):
                model.run(images[first : first + batch])

    return run


def fastest(loaded: LoadedGenotype, inputs: Inputs, batches: tuple[int, ...]) -> dict[str, Any]:
    """PyTorch's best batch size and layout: the least CPU time of two runs each."""
    choices = [{"batch": batch, "channels_last": last} for batch in batches for last in (False, True)]

    def cost(choice: dict[str, Any]) -> float:
        run = pytorch(loaded, inputs, **choice)
        run()
        return min(seconds(run)[1] for _ in range(2))

    return min(choices, key=cost)


def rate(loaded: LoadedGenotype, inputs: Inputs) -> float:
    """Spikes per neuron and step."""
    graph = compile_graph(loaded, load_profile("loihi2"))
    names = [population.name for population in graph.membranes if population is not graph.output]
    spikes = Simulator(graph).run(inputs[:4], record=names).spikes.values()
    return sum(int(s.sum()) for s in spikes) / sum(s.size for s in spikes)


def roofline(loaded: LoadedGenotype, images_per_s: float, threads: int) -> dict[str, float]:
    """Multiply-adds per second that a dense computation would need for as many images, beside what float32 convolutions reach here.

    `neuron_steps_per_s` counts all neurons in all steps. A processor that adds only what spikes can be above `conv_gmac_per_s`.
    """
    graph = compile_graph(loaded, load_profile("loihi2"))
    dense = sum(block.geometry.codes.size * _places(graph, block) for block in graph.blocks) * graph.timesteps
    neurons = sum(population.size for population in graph.membranes) * graph.timesteps
    values, kernel = torch.rand(16, 48, 32, 32), torch.rand(48, 48, 3, 3)
    values, kernel = (part.to(memory_format=torch.channels_last) for part in (values, kernel))
    with torch.inference_mode():
        taken = min(seconds(lambda: torch.nn.functional.conv2d(values, kernel, padding=1))[0] for _ in range(6))
    return {
        "threads": threads,
        "dense_gmac_per_s": dense * images_per_s / 1e9,
        "conv_gmac_per_s": 16 * 48 * 48 * 9 * 32 * 32 / taken / 1e9,
        "neuron_steps_per_s": neurons * images_per_s,
    }


def _places(graph: Graph, block: SynapseBlock) -> int:
    """Places at which a block's codes are used."""
    shape = graph[block.target].shape
    return shape[1] * shape[2] if block.geometry.window is not None else 1


def measure(name: str, channels: int, images: int, pairs: int, threads: int) -> dict[str, Any]:
    """One network: its row of the table."""
    loaded, inputs = network(name, channels, images)
    choice = fastest(loaded, inputs, BATCHES[name])
    result = measure_pairs(exact(loaded, inputs), pytorch(loaded, inputs, **choice), pairs, least=LEAST)
    anchor = measure_pairs(exact(loaded, inputs), pytorch(loaded, inputs, **choice, bf16=True), pairs, least=LEAST)
    peaks = peak_memory(loaded, inputs, choice, threads)
    return {
        "network": loaded.spec.name,
        "images": len(inputs),
        "spike_rate": rate(loaded, inputs),
        "pytorch": choice,
        "exact_images_per_s": len(inputs) / result.document()["a_s"],
        "pytorch_images_per_s": len(inputs) / result.document()["b_s"],
        **result.document(),
        "bf16": anchor.document(),
        "roofline": roofline(loaded, len(inputs) / result.document()["a_s"], threads),
        "peak_mb": peaks,
        "peak_ratio": peaks["exact"] / peaks["pytorch"],
    }


def peak_memory(loaded: LoadedGenotype, inputs: Inputs, choice: dict[str, Any], threads: int) -> dict[str, int]:
    """Peak resident memory in MB of either engine, in a process of its own that loads the network and runs all images once."""
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        save_genotype(loaded.spec, loaded.trained, Path(folder) / "network.json")
        np.save(Path(folder) / "images.npy", inputs)
        for engine in ("exact", "pytorch"):
            command = [sys.executable, __file__, "--threads", str(threads), "--one", folder, engine, json.dumps(choice)]
            peaks[engine] = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return peaks


def run_one(folder: Path, engine: str, choice: dict[str, Any]) -> None:
    """What such a process does; prints its peak."""
    loaded, inputs = load_genotype(folder / "network.json"), np.load(folder / "images.npy")
    (exact(loaded, inputs) if engine == "exact" else pytorch(loaded, inputs, **choice))()
    print(peak_mb())


def whole(channels: int, images: int) -> str:
    """What the exact simulator alone takes for so many images of LitE-SNN's shape, once."""
    loaded, inputs = network("litesnn", channels, images)
    wall, cpu = seconds(exact(loaded, inputs))
    return f"{loaded.spec.name}: {images:,} images in {wall:.1f} s ({cpu:.1f} s of processors), {peak_mb()} MB at most"


def main() -> None:
    """Measure both networks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--channels", type=int, default=48)
    parser.add_argument("--images", type=int, default=32, help="images of the LitE-SNN-shaped network")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--whole", type=int, metavar="IMAGES", help="so many of it through the exact simulator alone")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.one:
        folder, engine, choice = arguments.one
        run_one(Path(folder), engine, json.loads(choice))
        return
    if arguments.whole:
        print(whole(arguments.channels, arguments.whole))
        return
    document = {"machine": machine(), "threads": arguments.threads, "torch": str(torch.__version__), "rows": []}
    print(json.dumps({key: document[key] for key in ("machine", "threads", "torch")}))
    print(
        f"{'network':>14} {'images':>6} {'rate':>6} {'exact':>9} {'pytorch':>9} {'min':>5} {'median':>6} {'max':>5} {'by CPU':>6} {'/bf16':>6} {'peak MB':>11}"
    )
    for name in BATCHES:
        row = measure(name, arguments.channels, arguments.images, arguments.pairs, arguments.threads)
        document["rows"].append(row)
        print(
            f"{row['network']:>14} {row['images']:>6} {row['spike_rate']:>6.1%} {row['exact_images_per_s']:>7.1f}/s "
            f"{row['pytorch_images_per_s']:>7.1f}/s {row['ratio']['min']:>5.2f} {row['ratio']['median']:>6.2f} "
            f"{row['ratio']['max']:>5.2f} {row['cpu_ratio']['median']:>6.2f} {row['bf16']['ratio']['median']:>6.2f} "
            f"{row['peak_mb']['exact']:>5}/{row['peak_mb']['pytorch']:<5}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
