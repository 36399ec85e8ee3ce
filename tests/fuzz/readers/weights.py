"""Weights of genotypes (safetensors), under a right hash."""

from __future__ import annotations

from pathlib import Path

from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.safetensors_files import tensors_header, tensors_values
from fuzz.reader import Reader
from fuzz.readers.genotype import read, trained, use
from fuzz.repairs import genotype_hash

SUFFIX = ".safetensors"


def seeds(folder: Path) -> list[Case]:
    """Genotypes with weights."""
    return trained(folder)


READER = Reader(
    seeds,
    (*(on(tensors_header, SUFFIX),) * 4, *(on(tensors_values, SUFFIX),) * 6, *everything(SUFFIX)),
    read,
    use,
    repair=genotype_hash,
)
