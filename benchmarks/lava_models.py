"""Lava's models against ours, and Lava with the exact simulator inside against PyTorch, in alternating pairs.

    python -m uv run python benchmarks/lava_models.py [--rows steps digits published startup] [--pairs 5] [--json FILE]

steps      one Lava step of a pruned convolutional network: stock against fast models of the same processes, start not counted
digits     the shipped example's whole test set: PyTorch `float` against fused Lava, each in a fresh interpreter, start included
published  the same for a network of LitE-SNN's published shape, 80 % pruned, normalization fitted so that it spikes as trained networks do
startup    seconds until each set of models has started, and what they are spent on
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from calibrated import calibrated
from pairs import machine, measure_pairs, seconds
from published_shape import published
from whole_set import GENOTYPE

from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.testbench.genotype_samples import random_inputs, verification_samples
from litesnn.runtime.lava import LavaSession, Models
from litesnn.runtime.lava.exchange import Job, save_job

DIGITS = Path(__file__).parent.parent / "examples" / "digits" / "genotype.json"
STEP_SAMPLES = 32
IMPORTS = {
    "the compiler's graph": "import litesnn.runtime.lava.worker",
    "Lava": "import litesnn.runtime.lava.worker, litesnn.runtime.lava.models, lava.magma.compiler.compiler",
    "torch and the exact simulator": "import litesnn.runtime.exact",
}


def steps_row(pairs: int, channels: int = 16, size: int = 16) -> dict[str, Any]:
    """Seconds per Lava step of a pruned network of two cells, delays included."""
    loaded = calibrated(published(channels, size=size, cells=1, timesteps=4))
    graph = compile_graph(loaded, load_profile("loihi2"))
    inputs = random_inputs(loaded.spec, STEP_SAMPLES, 1)
    with LavaSession() as lava:

        def per_step(models: Models) -> float:
            times: list[tuple[int, float]] = []
            lava.run(graph, inputs, models=models, progress=lambda done, _: times.append((done, time.perf_counter())))
            (first, began), (last, ended) = times[0], times[-1]
            return (ended - began) / (last - first)

        result = measure_pairs(partial(per_step, "fast"), partial(per_step, "stock"), pairs)
    delays = sum(block.delay > 0 for block in graph.blocks)
    return {
        "row": "steps",
        "what": "fast against stock, seconds per Lava step",
        "network": f"{len(graph.blocks)} blocks ({delays} with delays), {sum(p.size for p in graph.membranes)} neurons, "
        f"{sum(int(graph.fan_out(block).sum()) for block in graph.blocks)} unrolled synapses",
        **result.document(),
    }


def whole_set_row(name: str, loaded: LoadedGenotype, inputs: Any, pairs: int) -> dict[str, Any]:
    """Seconds for all samples, in fresh interpreters, readouts checked once against the exact integers' classes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        assert loaded.trained
        save_genotype(loaded.spec, loaded.trained, folder / GENOTYPE)
        save_job(
            Job(
                graph=compile_graph(loaded, load_profile("loihi2")),
                inputs=inputs,
                record=(),
                record_states=(),
                models="fused",
            ),
            folder,
        )
        result = measure_pairs(
            partial(_whole_set, "lava", folder), partial(_whole_set, "pytorch", folder), pairs, False
        )
        agreement = float((np.load(folder / "lava.npy") == np.load(folder / "pytorch.npy")).mean())
    return {
        "row": name,
        "what": "fused Lava against PyTorch float, seconds for all samples, start included",
        "network": f"{loaded.spec.name}, {len(inputs)} samples",
        "same_class": agreement,
        **result.document(),
    }


def _whole_set(engine: str, folder: Path) -> None:
    subprocess.run([sys.executable, str(Path(__file__).with_name("whole_set.py")), engine, str(folder)], check=True)


def digits_row(pairs: int) -> dict[str, Any]:
    """`whole_set_row` of the shipped example."""
    loaded = load_genotype(DIGITS)
    return whole_set_row("digits", loaded, verification_samples(loaded.spec).inputs, pairs)


def published_row(pairs: int, channels: int, samples: int) -> dict[str, Any]:
    """`whole_set_row` of LitE-SNN's shape on random inputs."""
    loaded = calibrated(published(channels))
    return whole_set_row("published", loaded, random_inputs(loaded.spec, samples, 1), pairs)


def startup_row(pairs: int) -> dict[str, Any]:
    """Median seconds of imports, and of a run of one sample with each set of models."""

    def median(run: Callable[[], Any]) -> float:
        return round(float(np.median([seconds(run)[0] for _ in range(pairs)])), 2)

    loaded = load_genotype(DIGITS)
    graph, inputs = compile_graph(loaded, load_profile("loihi2")), random_inputs(loaded.spec, 1, 0)

    def one_sample(models: Models, session: LavaSession | None) -> None:
        if session is not None:
            session.run(graph, inputs, models=models)
            return
        with LavaSession() as fresh:
            fresh.run(graph, inputs, models=models)

    row: dict[str, Any] = {"row": "startup", "what": "seconds", "imports": {}, "first run": {}, "next run": {}}
    for what, code in IMPORTS.items():
        row["imports"][what] = median(partial(subprocess.run, [sys.executable, "-c", code], check=True))
    sets: tuple[Models, ...] = ("stock", "fast", "fused")
    for models in sets:
        row["first run"][models] = median(partial(one_sample, models, None))
        with LavaSession() as session:
            one_sample(models, session)
            row["next run"][models] = median(partial(one_sample, models, session))
    return row


def main() -> None:
    """Measure the rows asked for and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    names = ("steps", "digits", "published", "startup")
    parser.add_argument("--rows", nargs="+", choices=names, default=names)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--channels", type=int, default=48, help="of the published shape")
    parser.add_argument("--samples", type=int, default=128, help="of the published shape")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    measured = {
        "steps": partial(steps_row, arguments.pairs),
        "digits": partial(digits_row, arguments.pairs),
        "published": partial(published_row, arguments.pairs, arguments.channels, arguments.samples),
        "startup": partial(startup_row, arguments.pairs),
    }
    print(json.dumps(machine()))
    rows = []
    for name in arguments.rows:
        rows.append(measured[name]())
        print(json.dumps(rows[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
