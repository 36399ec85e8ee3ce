"""Every preset once at its full width, on a few random images: searched, trained for a step in each phase, compiled for Loihi 2.

    python benchmarks/presets.py small [--images 8] [--profile loihi2]

One preset a process, so that the peak of memory is its own; prints a row of a table. Weights are as good as random:
that everything runs, and what it takes, is what is measured. A search sees fewer samples than the preset says, and LitE-SNN's has two epochs
(the second finds T); SNASNet scores two cells, LightSNN all of its removals, each on one batch of two images.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np

import litesnn
from litesnn.compiler.genotype import InputSpec, save_genotype
from litesnn.search.data import Dataset
from litesnn.search.data.arrays import cifar_input
from litesnn.search.data.mfcc import LITESNN, mfcc_input
from litesnn.search.methods.light import preset as cell_preset
from litesnn.search.methods.light import search_cell
from litesnn.search.methods.lite import preset as lite_preset
from litesnn.search.methods.lite import search_genotype
from litesnn.search.networks import NetworkSettings, new_network
from litesnn.search.training import preset as training_preset
from litesnn.search.training import train_genotype

Value = TypeVar("Value")
TRAININGS = {"small": "lite-cifar", "medium": "lite-cifar", "large": "lite-cifar", "gsc": "lite-cifar"} | {
    name: name for name in ("lightsnn", "snasnet")
}
NETWORKS = {"resnet20": 2, "vgg16": 4}
"""Of QP-SNN, with its T for CIFAR."""
PRESETS = (*TRAININGS, *NETWORKS)


def random_images(spec: InputSpec, classes: int, count: int) -> Dataset:
    """Noise, so many samples of every class, and one of each to test on."""
    rng = np.random.default_rng(0)
    y = np.arange(classes * count, dtype=np.int64) % classes
    x = rng.integers(0, 256, (len(y), *spec.shape), dtype=np.uint8)
    return Dataset("noise", x, y, x[:classes], y_test=y[:classes], num_classes=classes, input_spec=spec)


def found(name: str, data: Dataset, folder: Path, images: int) -> Path:
    """The untrained genotype of a preset, searched or made."""
    path = folder / "genotype.json"
    if name in NETWORKS:
        settings = NetworkSettings(data.input_spec, data.num_classes, timesteps=NETWORKS[name])
        save_genotype(new_network(name, settings), None, path)
    elif name in ("lightsnn", "snasnet"):
        cells = replace(cell_preset(name, "cifar10"), candidates=2, batch_size=2, repeats=1, threads=1)
        search_cell(data, folder, cells, progress=False)
    else:
        samples = max(2 * images, 2 * data.num_classes)
        lite = replace(lite_preset(name), epochs=2, warm_up=1, batch_size=images, samples=samples, threads=1)
        search_genotype(data, folder, lite, progress=False)
    return path


def timed(work: Callable[[], Value]) -> tuple[Value, float]:
    """A result, and the seconds it took."""
    start = perf_counter()
    return work(), perf_counter() - start


def row(name: str, images: int, profile: str) -> str:
    """Times, memory, and what the network takes of the chip."""
    sounds = name == "gsc"
    spec, classes = (mfcc_input(LITESNN), 12) if sounds else (cifar_input("cifar10", (3, 32, 32)), 10)
    data = random_images(spec, classes, 4)
    settings = replace(
        training_preset(TRAININGS.get(name, "qp-cifar")), epochs=1, fixed_epochs=1, batch_size=images, threads=1
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        genotype, searching = timed(lambda: found(name, data, folder, images))
        small = replace(data, x_train=data.x_train[: 2 * classes], y_train=data.y_train[: 2 * classes])
        half = replace(settings, validation_fraction=0.5)
        trained, training = timed(
            lambda: train_genotype(genotype, small, folder / "t.json", half, other_data=True, progress=False)
        )
        made, compiling = timed(lambda: litesnn.compile(trained.path, profile, samples=None, progress=False))
    mapping = made.program.mapping
    neurons = sum(population.size for population in made.program.graph.membranes)
    took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    times = " | ".join(f"{seconds:,.0f} s" for seconds in (searching, training, compiling))
    cores = "does not fit" if mapping is None else f"{len(mapping.cores):,}"
    return f"| `{name}` | {times} | {took:.1f} GiB | {trained.genotype.timesteps} | {neurons:,} | {cores} |"


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--images", type=int, default=8, help="samples of a batch")
    parser.add_argument("--profile", default="loihi2")
    options = parser.parse_args()
    print("| preset | search | training | compile | memory | T | neurons | cores |\n|---|---|---|---|---|---|---|---|")
    print(row(options.preset, options.images, options.profile))


if __name__ == "__main__":
    main()
