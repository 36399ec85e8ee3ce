"""A recurrent network in the exact simulator: milliseconds per sample, alone and in a batch, at three rates of input spikes.

    python -m uv run python benchmarks/loop_steps.py [--steps 1000] [--batch 64] [--repeats 5] [--threads 1] [--json FILE]

700 inputs, 256 recurrent neurons, 20 outputs, on the chip's own time axis. Weights are random, with as much inhibition as keeps some
8 % of the recurrent neurons firing at 1 % input. Beside it the simulator on tensors, which is used where there is no C compiler.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from cases import generators
from pairs import machine, seconds

from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import Simulator

INPUTS, NEURONS, OUTPUTS = 700, 256, 20
RATES = (0.01, 0.1, 0.5)


def recurrent_network(steps: int, seed: int = 0) -> Graph:
    """The network; its samples are isolated."""
    generators("feedback")  # puts the folder with the tests' graphs on the path
    from isolated_graphs import isolated
    from small_graphs import dense, neurons, source

    rng = np.random.default_rng(seed)
    hidden = neurons("hidden", NEURONS, vth=np.full(NEURONS, 90))
    output = replace(neurons("output", OUTPUTS, vth=np.full(OUTPUTS, 60)), is_output=True)
    blocks = [
        dense("input", "hidden", rng.integers(-20, 26, (NEURONS, INPUTS))),
        dense("hidden", "hidden", rng.integers(-22, 18, (NEURONS, NEURONS))),
        dense("hidden", "output", rng.integers(-20, 24, (OUTPUTS, NEURONS))),
    ]
    return isolated([source(INPUTS), hidden, output], blocks, timesteps=steps)


class _OnTensors(Simulator):
    """The simulator without kernels."""

    _native = "a benchmark"


def _run(simulator: Simulator, drawn: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    simulator.run(drawn)


def measure(steps: int, batch: int, repeats: int, threads: int) -> list[dict[str, Any]]:
    """One row per rate and number of samples."""
    network = recurrent_network(steps)
    simulators = {"exact": Simulator(network, threads=threads), "tensors": _OnTensors(network, threads=threads)}
    rows = []
    for rate in RATES:
        for samples in (1, batch):
            drawn = np.random.default_rng(1).random((samples, steps, INPUTS, 1, 1)) < rate
            row: dict[str, Any] = {"rate": rate, "samples": samples}
            for name, simulator in simulators.items():
                trace = simulator.run(drawn, record=["hidden"])
                times = [seconds(partial(_run, simulator, drawn))[0] for _ in range(repeats)]
                row[f"{name}_ms"] = 1000 * median(times) / samples
                row["hidden_rate"] = float(trace.spikes["hidden"].mean())
            rows.append(row)
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measure(options.steps, options.batch, options.repeats, options.threads)
    for row in rows:
        print(
            f"{row['rate']:4.0%} of inputs, {row['hidden_rate']:4.0%} of neurons spike, {row['samples']:3d} at once: "
            f"{row['exact_ms']:7.2f} ms a sample; on tensors {row['tensors_ms']:7.2f} ms ({row['tensors_ms'] / row['exact_ms']:.0f}x)"
        )
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
