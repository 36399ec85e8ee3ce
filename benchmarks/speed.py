"""Every speed benchmark in one table of ratios, each from alternating pairs on the same work, with its target beside it.

    python -m uv run python benchmarks/speed.py --json results.json --page docs/benchmarks.md
    python -m uv run python benchmarks/speed.py --from results.json --page docs/benchmarks.md    # only writes the page

exact    the exact simulator against PyTorch's `float` evaluation: time, and peak memory (exact_vs_pytorch.py)
fused    Lava with the exact simulator inside against PyTorch, whole processes (lava_models.py)
fast     a Lava step with our models of its processes against its own (lava_models.py)
netx     the exact simulator against lava-dl's netx (netx.py)
compile  compile time against n log n of the stored weights (mapping_scale.py)
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import torch
from exact_vs_pytorch import BATCHES
from exact_vs_pytorch import measure as measure_exact
from lava_models import digits_row, published_row, steps_row
from mapping_scale import measure_sizes
from netx import NETWORKS, netx_row
from pairs import machine, spread
from table import Row, around_results, from_document, to_document, to_text, with_results

from litesnn.base.output import write_atomically

EXACT_TARGETS = {"digits": 4.0, "litesnn": 15.0}
BF16_TARGETS = {"litesnn": 8.0}
ALONE_TARGETS = {"tiny.net": 200.0, "mnist.net": 30.0}


def exact_rows(options: argparse.Namespace) -> Iterator[Row]:
    """Time and memory of both networks."""
    for name in BATCHES:
        found = measure_exact(name, options.channels, options.images, options.pairs, options.threads)
        network = f"{found['network']}, {found['images']} images, {found['spike_rate']:.1%} spike"
        ours, other = (f"{found[f'{engine}_images_per_s']:.1f}/s" for engine in ("exact", "pytorch"))
        yield Row(
            name="exact / PyTorch",
            network=network,
            ours=ours,
            other=other,
            ratio=found["ratio"],
            target=EXACT_TARGETS[name],
            details=found,
        )
        bf16 = found["bf16"]
        ours, other = (f"{found['images'] / bf16[key]:.1f}/s" for key in ("a_s", "b_s"))
        yield Row(
            name="exact / PyTorch in bfloat16",
            network=network,
            ours=ours,
            other=other,
            ratio=bf16["ratio"],
            target=BF16_TARGETS.get(name),
        )
        ours, other = (f"{found['peak_mb'][engine]} MB" for engine in ("exact", "pytorch"))
        peak = spread([found["peak_ratio"]])
        yield Row(
            name="exact / PyTorch, peak memory",
            network=network,
            ours=ours,
            other=other,
            ratio=peak,
            target=1.5,
            at_most=True,
        )


def fused_rows(options: argparse.Namespace) -> Iterator[Row]:
    """The example's test set, and the published shape."""
    yield _of_pairs("fused Lava / PyTorch, with start", digits_row(options.pairs), 0.7)
    published = published_row(options.pairs, options.channels, options.samples)
    yield _of_pairs("fused Lava / PyTorch, with start", published, 5.0)


def fast_rows(options: argparse.Namespace) -> Iterator[Row]:
    """Our models of Lava's processes."""
    yield _of_pairs("fast / stock models, a step", steps_row(options.pairs), 20.0)


def _of_pairs(name: str, found: dict[str, Any], target: float) -> Row:
    ours, other = (f"{found[key]:.3g} s" for key in ("a_s", "b_s"))
    return Row(
        name=name, network=found["network"], ours=ours, other=other, ratio=found["ratio"], target=target, details=found
    )


def netx_rows(options: argparse.Namespace) -> Iterator[Row]:
    """Every network of the wheel: many samples at once, one alone, whole processes."""
    for name in NETWORKS:
        found = netx_row(name, options.netx_steps, options.netx_samples, options.pairs)
        netx = f"{found['netx_steps_per_s']:.1f} steps/s"
        network = f"{name}, {found['steps']} steps"
        together, alone, whole = found["together"], found["alone"], found["with_start"]
        at_once = f"{network}, {found['samples']} samples at once"
        ours = f"{together['exact_steps_per_s']:.1f} steps/s"
        yield Row(
            name="exact / netx",
            network=at_once,
            ours=ours,
            other=netx,
            ratio=together["ratio"],
            target=100.0,
            details=found,
        )
        ours = f"{alone['exact_steps_per_s']:.1f} steps/s"
        yield Row(
            name="exact / netx, one sample",
            network=network,
            ours=ours,
            other=netx,
            ratio=alone["ratio"],
            target=ALONE_TARGETS[name],
        )
        ours, other = f"{whole['exact_s']:.1f} s", f"{whole['netx_s']:.1f} s"
        yield Row(
            name="exact / netx, with start", network=network, ours=ours, other=other, ratio=whole["ratio"], target=None
        )


def compile_rows(options: argparse.Namespace) -> Iterator[Row]:
    """The growth of compile time over that of n log n, from the smallest size to every other."""
    repeats = [list(measure_sizes(options.compile_channels, "loihi2")) for _ in range(options.pairs)]
    first, *others = zip(*repeats, strict=True)
    smallest = spread([run["compile_s"] + run["map_s"] for run in first])["median"]
    for runs in others:
        taken = spread([run["compile_s"] + run["map_s"] for run in runs])["median"]
        network = f"C = {first[0]['channels']} to {runs[0]['channels']}, {first[0]['weights']:,} to {runs[0]['weights']:,} weights"
        growth = spread([run["against_n_log_n"] for run in runs])
        details = {"smallest": first, "runs": runs}
        yield Row(
            name="compile time / n log n",
            network=network,
            ours=f"{taken:.2f} s",
            other=f"{smallest:.2f} s",
            ratio=growth,
            target=1.0,
            at_most=True,
            details=details,
        )


ROWS = {"exact": exact_rows, "fused": fused_rows, "fast": fast_rows, "netx": netx_rows, "compile": compile_rows}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All rows asked for, told as they come; JSON-ready."""
    torch.set_num_threads(options.threads)
    os.environ["OMP_NUM_THREADS"] = str(options.threads)  # for the processes that rows start
    command = shlex.join(["python", "-m", "uv", "run", "python", "benchmarks/speed.py", *sys.argv[1:]])
    run = {
        "command": command,
        "date": date.today().isoformat(),
        "machine": machine(),
        "threads": options.threads,
        "torch": str(torch.__version__),
    }
    rows = []
    for name in options.rows:
        for row in ROWS[name](options):
            print(" | ".join(row.cells()), file=sys.stderr, flush=True)
            rows.append(row)
    return to_document(rows, **run)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--channels", type=int, default=48, help="per node of LitE-SNN's shape (exact, fused)")
    parser.add_argument("--images", type=int, default=16, help="of that shape, row exact")
    parser.add_argument("--samples", type=int, default=64, help="of that shape, row fused")
    parser.add_argument("--netx-steps", type=int, default=128)
    parser.add_argument("--netx-samples", type=int, default=1024)
    parser.add_argument("--compile-channels", type=int, nargs="+", default=[16, 36, 72])
    parser.add_argument("--json", type=Path, help="write all measurements here")
    parser.add_argument("--page", type=Path, help="rewrite the results section of this page")
    parser.add_argument("--from", type=Path, dest="source", metavar="JSON", help="measure nothing, take these results")
    return parser.parse_args()


def main() -> None:
    """Measure (or read), print the table, write what was asked for."""
    options = parse()
    page = options.page.read_text(encoding="utf-8") if options.page else None
    if page is not None:
        around_results(page)  # fails now, not after ten minutes of measuring
    document = json.loads(options.source.read_text(encoding="utf-8")) if options.source else measure(options)
    print(json.dumps({key: value for key, value in document.items() if key != "rows"}))
    print(to_text(from_document(document)))
    if options.json:
        write_atomically(options.json, (json.dumps(document, indent=1) + "\n").encode())
    if page is not None:
        write_atomically(options.page, with_results(page, document).encode())


if __name__ == "__main__":
    main()
