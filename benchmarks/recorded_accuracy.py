"""The accuracy in a trained genotype's record, computed again: its program in the exact simulator on the whole test set.

    python benchmarks/recorded_accuracy.py PROGRAM --data-dir DIR [--without FILE.npz:ARRAY]

ARRAY holds numbers of test samples; the accuracy of all others is said too (images of a copy that are not the original pixels, say).
Ends with 1 where the record says another accuracy.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.compiler.program import Program
from litesnn.jobs.run import dataset_input, run


def numbers_in(text: str) -> npt.NDArray[np.int64]:
    """Of samples, from `FILE.npz:ARRAY`."""
    file, _, name = text.rpartition(":")
    with np.load(file, allow_pickle=False) as archive:
        return np.asarray(archive[name]).astype(np.int64)


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--dataset")
    parser.add_argument("--data-dir")
    parser.add_argument("--without", metavar="FILE.npz:ARRAY")
    asked = parser.parse_args()
    program = Program.load(asked.program)
    record = None if program.genotype is None else program.genotype.spec.training
    if record is None:
        parser.error(f"{asked.program}: its genotype has no training record")
    accepted, labels = dataset_input(program, asked.dataset, asked.data_dir)
    right = run(program.graph, accepted.inputs).predictions == labels
    found = float(right.mean())
    print(f"{found:.2%} of {len(right)} test samples ({right.sum()}), exact simulator")
    if asked.without is not None:
        kept = np.ones(len(right), bool)
        kept[numbers_in(asked.without)] = False
        print(f"{right[kept].mean():.2%} of the {kept.sum()} that {asked.without} does not name ({right[kept].sum()})")
    if record.accuracy_fixed is None or round(found * len(right)) != round(record.accuracy_fixed * len(right)):
        print(f"the record says {record.accuracy_fixed}", file=sys.stderr)
        return 1
    print("as in the genotype's record")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
