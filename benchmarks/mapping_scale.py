"""Compile time and memory against network size, for genotypes of LitE-SNN's published shape with random weights.

    python -m uv run python benchmarks/mapping_scale.py [--profile loihi1 loihi2] [--channels 16 36 72 144] [--simulate N]
        [--json FILE]

Each size runs in a process of its own: lowering, all passes, partition, placement; times are of the processor. `bound` counts
each resource by itself, `gap` is the cores over it. `link` and `hops` are the busiest link and the hop-weighted packets
over those of a random placement. With `--simulate` the cores' image is run on so many random samples, beside the exact
simulator, some cores at a time, each given what the others are to send: spikes compared, and how many differ. The last column
holds the time against n log n of the stored weights, relative to the smallest size: at most about 1 means that cost grows no
faster.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from published_shape import published

from litesnn.compiler.graph import Graph
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import Mapping, map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.runtime.mapped import check_parts

AT_ONCE = 64
"""Cores whose synapses are unrolled at once, of an image that is simulated."""


def measure(channels: int, profile: str, samples: int) -> dict[str, Any]:
    """One size, measured in this process; `samples` run from the image."""
    loaded = published(channels)
    target = load_profile(profile)
    start = time.process_time()
    graph = compile_graph(loaded, target)
    compiled = time.process_time()
    mapping = map_graph(graph, target)
    mapped = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "channels": channels,
        "neurons": sum(population.size for population in graph.membranes),
        "weights": sum(block.geometry.nnz for block in graph.blocks),
        "compile_s": round(compiled - start, 2),
        "map_s": round(mapped - compiled, 2),
        "peak_mb": peak,
        "cores": len(mapping.cores),
        "least_cores": mapping.least_cores,
        "gap": round(len(mapping.cores) / mapping.least_cores, 3),
        "chips": mapping.chips,
        "link_to_random": _to_random(mapping, "busiest_link"),
        "hops_to_random": _to_random(mapping, "hop_weighted"),
        **(_simulated(graph, mapping, target, samples) if samples else {}),
    }


def _simulated(graph: Graph, mapping: Mapping, profile: Profile, samples: int) -> dict[str, int]:
    """Spikes of the mapped network, run from its image on random samples, against the exact simulator."""
    (entry,) = graph.sources
    inputs = np.random.default_rng(0).integers(entry.minimum, entry.maximum + 1, (samples, *entry.shape))
    image = build_image(graph, mapping, profile, "scale")
    found = check_parts(graph, image, inputs.astype(np.int16), AT_ONCE)
    differing = found.mismatching_spikes + found.mismatching_readouts
    return {"simulated_spikes": found.compared_spikes, "simulated_differing": differing}


def _to_random(mapping: Mapping, figure: str) -> float:
    """A figure of the traffic over that of a random placement."""
    found, random = (getattr(mapping.placements[name], figure) for name in ("litesnn", "random"))
    return round(found / random, 3) if random else 1.0


def measure_sizes(channels: Iterable[int], profile: str, samples: int = 0) -> Iterator[dict[str, Any]]:
    """Every size in turn, each in a process of its own, and its cost against the first one's."""
    first: dict[str, Any] = {}
    for size in channels:
        command = [sys.executable, __file__, "--profile", profile, "--one", str(size), "--simulate", str(samples)]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = first or row
        seconds = [r["compile_s"] + r["map_s"] for r in (first, row)]
        sizes = [r["weights"] * math.log(r["weights"]) for r in (first, row)]
        yield {**row, "against_n_log_n": round(seconds[1] / seconds[0] / (sizes[1] / sizes[0]), 3)}


def main() -> None:
    """Measure every size in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--profile", nargs="+", default=["loihi1", "loihi2"])
    parser.add_argument("--channels", type=int, nargs="+", default=[16, 36, 72, 144])
    parser.add_argument("--simulate", type=int, default=0, help="samples that run from the image")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.profile[0], arguments.simulate)))
        return
    rows = []
    for profile in arguments.profile:
        print(f"{profile}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(
            f"{'C':>4} {'neurons':>10} {'weights':>10} {'compile':>8} {'map':>7} {'peak':>7} {'cores':>6} {'bound':>6} {'gap':>6} "
            f"{'chips':>5} {'link':>6} {'hops':>6} {'vs n log n':>10}"
        )
        for row in measure_sizes(arguments.channels, profile, arguments.simulate):
            rows.append({"profile": profile, **row})
            print(
                f"{row['channels']:>4} {row['neurons']:>10,} {row['weights']:>10,} {row['compile_s']:>7}s {row['map_s']:>6}s "
                f"{row['peak_mb']:>5}MB {row['cores']:>6} {row['least_cores']:>6} {row['gap']:>6} "
                f"{row['chips']:>5} {row['link_to_random']:>6} {row['hops_to_random']:>6} "
                f"{row['against_n_log_n']:>10}",
                flush=True,
            )
            if arguments.simulate:
                print(
                    f"     {row['simulated_spikes']:,} spikes of the mapped network, {row['simulated_differing']} differ"
                )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
