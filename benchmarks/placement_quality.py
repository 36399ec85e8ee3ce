"""Placement against more search: the default objective beside the fewest hops that ten times the search finds.

    python -m uv run python benchmarks/placement_quality.py [--profile loihi1] [--channels 36 72] [--seeds 10]

For networks of LitE-SNN's published shape with random weights: the placement that `balanced` chooses from one search, against
the best of `--seeds` searches for the fewest hops. `link` is the busiest link over a random placement's, `hops` the
hop-weighted packets over the fewest found; the times are of the processor.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from published_shape import published
from scipy.sparse import csr_matrix

from litesnn.compiler.mapping import Mapping, map_graph
from litesnn.compiler.mapping.objective import Objective
from litesnn.compiler.mapping.placement import place
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile


def measure(mapping: Mapping, seeds: int) -> dict[str, float]:
    """The figures of one mapped network."""
    source, target, count = (np.array(column) for column in zip(*mapping.links, strict=True))
    size = len(mapping.cores)
    packets = csr_matrix((count, (source, target)), (size, size))
    start = time.process_time()
    found = place(packets, mapping.mesh, 0).traffic
    once = time.process_time()
    hops = min(
        place(packets, mapping.mesh, seed, Objective("hops")).traffic["litesnn"].hop_weighted for seed in range(seeds)
    )
    return {
        "cores": size,
        "chips": mapping.chips,
        "link": round(found["litesnn"].busiest_link / found["random"].busiest_link, 3),
        "hops": round(found["litesnn"].hop_weighted / hops, 3),
        "seconds": round(once - start, 1),
        "more_seconds": round(time.process_time() - once, 1),
    }


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--profile", nargs="+", default=["loihi1"])
    parser.add_argument("--channels", type=int, nargs="+", default=[36, 72])
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    print(f"{'':>6} {'C':>4} {'cores':>6} {'chips':>5} {'link':>6} {'hops':>6} {'time':>8} {'of all':>8}")
    for profile in arguments.profile:
        target = load_profile(profile)
        for channels in arguments.channels:
            row = measure(map_graph(compile_graph(published(channels), target), target), arguments.seeds)
            print(
                f"{profile:>6} {channels:>4} {row['cores']:>6} {row['chips']:>5} {row['link']:>6} {row['hops']:>6} "
                f"{row['seconds']:>7}s {row['more_seconds']:>7}s",
                flush=True,
            )


if __name__ == "__main__":
    main()
