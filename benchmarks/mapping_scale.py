"""Compile time and memory against network size, for genotypes of LitE-SNN's published shape with random weights.

    python -m uv run python benchmarks/mapping_scale.py [--profile loihi2] [--channels 16 36 72 144] [--json FILE]

Each size runs in a process of its own: lowering, all passes, partition, placement. The last column holds the time against
n log n of the stored weights, relative to the smallest size: at most about 1 means that cost grows no faster.
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

from published_shape import published

from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile


def measure(channels: int, profile: str) -> dict[str, Any]:
    """One size, measured in this process."""
    loaded = published(channels)
    target = load_profile(profile)
    start = time.perf_counter()
    graph = compile_graph(loaded, target)
    compiled = time.perf_counter()
    mapping = map_graph(graph, target)
    mapped = time.perf_counter()
    return {
        "channels": channels,
        "neurons": sum(population.size for population in graph.membranes),
        "weights": sum(block.geometry.nnz for block in graph.blocks),
        "compile_s": round(compiled - start, 2),
        "map_s": round(mapped - compiled, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cores": len(mapping.cores),
        "least_cores": mapping.least_cores,
        "chips": mapping.chips,
    }


def measure_sizes(channels: Iterable[int], profile: str) -> Iterator[dict[str, Any]]:
    """Every size in turn, each in a process of its own, and its cost against the first one's."""
    first: dict[str, Any] = {}
    for size in channels:
        command = [sys.executable, __file__, "--profile", profile, "--one", str(size)]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = first or row
        seconds = [r["compile_s"] + r["map_s"] for r in (first, row)]
        sizes = [r["weights"] * math.log(r["weights"]) for r in (first, row)]
        yield {**row, "against_n_log_n": round(seconds[1] / seconds[0] / (sizes[1] / sizes[0]), 3)}


def main() -> None:
    """Measure every size in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--profile", default="loihi2")
    parser.add_argument("--channels", type=int, nargs="+", default=[16, 36, 72, 144])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.profile)))
        return
    rows = []
    print(f"{arguments.profile}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        f"{'C':>4} {'neurons':>10} {'weights':>10} {'compile':>8} {'map':>7} {'peak':>7} {'cores (bound)':>14} {'chips':>5} {'vs n log n':>10}"
    )
    for row in measure_sizes(arguments.channels, arguments.profile):
        rows.append(row)
        bound = f"{row['cores']} ({row['least_cores']})"
        print(
            f"{row['channels']:>4} {row['neurons']:>10,} {row['weights']:>10,} {row['compile_s']:>7}s {row['map_s']:>6}s "
            f"{row['peak_mb']:>5}MB {bound:>14} {row['chips']:>5} {row['against_n_log_n']:>10}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
