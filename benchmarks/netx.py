"""The exact simulator against lava-dl's netx, on networks of the lava-dl wheel.

    python -m uv run python benchmarks/netx.py [--networks tiny.net mnist.net] [--steps 128] [--samples 1024] [--pairs 5] [--json FILE]

Both run the same sample of constant input currents for the same steps, in a fresh interpreter each time.
alone       simulation only, per step: of netx all steps after the first (imports, reading, compilation, the start of its processes and
            the first step are over), of the exact simulator a run after one for nothing
together    the exact simulator runs many samples at once, which netx cannot: per sample and step, against the same steps of netx
with start  the whole process of either, from Python's start to its end; the exact simulator's runs for nothing and of many samples count

Before anything is timed, what every layer sends must be identical step by step. netx lets layer n start n steps late, so its steps from
n on are compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from pairs import machine, measure_pairs, spread

from litesnn.compiler.frontends.net.read import read_net

NETWORKS = ("tiny.net", "mnist.net")
LARGEST_CURRENT = 140  # of drawn inputs; layers of every depth fire then, 12 to 87 % per step
SCRIPT = Path(__file__).with_name("one_net.py")


def wheel_file(name: str) -> Path:
    """A file beside netx's tests in the lava-dl wheel."""
    try:
        found = [file for file in files("lava-dl") or () if str(file).endswith(f"dl/netx/{name}")]
    except PackageNotFoundError:
        found = []
    if not found:
        raise SystemExit(f"{name}: not found in lava-dl; lava-dl 0.6.0 is in the dev group (uv sync)")
    return Path(str(found[0].locate()))


def netx_row(name: str, steps: int, samples: int, pairs: int) -> dict[str, Any]:
    """Sample-steps per second of both; ratios of every kind."""
    file = wheel_file(name)
    taken: dict[str, list[dict[str, float]]] = {"exact": [], "netx": []}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        np.save(folder / "inputs.npy", random_currents(file, samples))
        compared = compare_layers(file, folder, steps)

        def whole(engine: str) -> None:
            taken[engine].append(run_one(engine, file, folder, steps, "output"))

        result = measure_pairs(partial(whole, "exact"), partial(whole, "netx"), pairs, warm_up=False)
    theirs = [run["alone"] for run in taken["netx"]]
    row: dict[str, Any] = {"network": name, "steps": steps, "samples": samples, "pairs": pairs, **compared}
    row["netx_steps_per_s"] = 1 / median(theirs)
    for kind in ("alone", "together"):
        ours = [run[kind] for run in taken["exact"]]
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        row[kind] = {"exact_steps_per_s": 1 / median(ours), "ratio": spread(ratios)}
    row["with_start"] = {"exact_s": median(result.a), "netx_s": median(result.b), "ratio": spread(result.ratios)}
    return row


def random_currents(file: Path, samples: int) -> Any:
    """Samples of what goes into the first layer's bias, in netx's order: (N, W, H, C), or (N, C) for a flat layer."""
    channels, height, width = read_net(file).graph.sources[0].shape
    shape = (channels,) if height == width == 1 else (width, height, channels)
    return np.random.default_rng(0).integers(0, LARGEST_CURRENT, (samples, *shape))


def compare_layers(file: Path, folder: Path, steps: int) -> dict[str, int]:
    """Run both with every layer recorded; how much was compared. Ends the program where they differ."""
    for engine in ("exact", "netx"):
        run_one(engine, file, folder, steps, "all")
    with np.load(folder / "exact.npz") as ours, np.load(folder / "netx.npz") as theirs:
        layers = sorted(ours.files)
        if layers != sorted(theirs.files):
            raise SystemExit(f"{file.name}: other layers recorded: {layers} and {sorted(theirs.files)}")
        spikes = 0
        for late, layer in enumerate(layers):
            expected = theirs[layer][late:]
            if not np.array_equal(ours[layer][: steps - late], expected):
                raise SystemExit(f"{file.name}: {layer} sends other spikes than netx's; nothing was timed")
            spikes += np.count_nonzero(expected)
    return {"layers": len(layers), "identical_spikes": int(spikes)}


def run_one(engine: str, file: Path, folder: Path, steps: int, record: str) -> dict[str, float]:
    """One process of its own; the seconds per sample and step that it measured."""
    command = [sys.executable, str(SCRIPT), engine, str(file), str(folder), str(steps), record]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure the networks asked for and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--steps", type=int, default=128)
    parser.add_argument("--samples", type=int, default=1024, help="that the exact simulator runs at once")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(machine()))
    rows = []
    for name in arguments.networks:
        rows.append(netx_row(name, arguments.steps, arguments.samples, arguments.pairs))
        print(json.dumps(rows[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
