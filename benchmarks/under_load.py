"""The exact simulator against PyTorch while other work holds the machine's processors.

    python -m uv run python benchmarks/under_load.py [--competing 2] [--pairs 5] [--json FILE]

The shipped digits on their whole test set, PyTorch's `float` evaluation at its fastest batch size and layout; first alone, then with
threads that do nothing but compute. A ratio above 1 says that the exact simulator is faster.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from exact_vs_pytorch import BATCHES, exact, fastest, network, pytorch
from pairs import machine, measure_pairs


@contextmanager
def competing(count: int) -> Iterator[None]:
    """So many processes that compute without end."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    time.sleep(0.5 * bool(count))
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--competing", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    loaded, inputs = network("digits", 0, 0)
    choice = fastest(loaded, inputs, BATCHES["digits"])
    rows = []
    for count in (0, options.competing):
        with competing(count):
            found = measure_pairs(exact(loaded, inputs), pytorch(loaded, inputs, **choice), options.pairs).document()
        rows.append({"competing": count, "threads": torch.get_num_threads(), **found})
        ratio = found["ratio"]
        print(f"{count} competing: {ratio['median']:.2f} times PyTorch ({ratio['min']:.2f} to {ratio['max']:.2f})")
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
