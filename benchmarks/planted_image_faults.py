"""Faults planted in the memory images of programs, one bit or one figure each, and what `litesnn prove` says of them.

    python -m uv run python benchmarks/planted_image_faults.py [--faults 250] [--seed 1]

Programs are the digits example and small networks on both chips. What a fault changes is decided by the reader that engines have.
Exit code 1 if a fault that changes anything, or that the reader refuses, is proved.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from litesnn.jobs.compile import compile
from litesnn.runtime.prove import prove
from litesnn.search.model.reference import FixedPopulation, fixed_parameters

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))
COLUMNS = (
    "changes: refuted",
    "changes: proved",
    "no image: refused",
    "no image: proved",
    "same: proved",
    "same: refused",
)
Case = tuple[str, dict[str, bytes], dict[str, FixedPopulation]]


def programs() -> Iterator[Case]:
    """Programs with their images: name, files, PyTorch's integers."""
    from proved_programs import NETWORKS, mapped

    for chip in ("loihi2", "loihi1"):
        made = compile(ROOT / "examples/digits/genotype.json", chip, samples=None).program
        assert made.genotype is not None
        yield f"digits, {chip}", made.files(), fixed_parameters(made.genotype)
        for number in range(len(NETWORKS)):
            if (number, chip) != (1, "loihi1"):  # its feedback needs neurons that wait
                yield f"small network {number}, {chip}", *mapped(number, chip)


def judge(case: Case, faults: int, seed: int) -> Counter[str]:
    """How often each of `COLUMNS` came out."""
    from image_faults import planted, says

    _, files, integers = case
    whole, found = says(files), Counter[str]()
    for number in range(faults):
        fault, faulty = planted(files, np.random.default_rng((seed, number)))
        said, word = says(faulty), prove(faulty, integers).word
        effect = "no image" if isinstance(said, str) else "same" if said == whole else "changes"
        answer = "proved" if word == "PROVED" else "refuted" if effect == "changes" else "refused"
        found[f"{effect}: {answer}"] += 1
        if effect != "same" and word == "PROVED":
            print(f"proved: {fault}", file=sys.stderr)
    return found


def main() -> int:
    """Plant, judge, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--faults", type=int, default=250, help="faults per program (default 250)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    began, total = time.monotonic(), Counter[str]()
    print(f"| program | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}")
    for case in programs():
        found = judge(case, given.faults, given.seed)
        total += found
        print(f"| {case[0]} | {' | '.join(str(found[column]) for column in COLUMNS)} |", flush=True)
    print(f"| **all** | {' | '.join(str(total[column]) for column in COLUMNS)} |\n\n{time.monotonic() - began:.0f} s")
    return bool(total["changes: proved"] + total["no image: proved"])


if __name__ == "__main__":
    sys.exit(main())
