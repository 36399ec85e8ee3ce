"""A small checker that proves, without a sample, that a program gives PyTorch's spikes and readout for every input.

It shares no code with the compiler: wiring comes from genotype.json, integers from PyTorch's `fixed` side, and the program's from its
files, each read here. docs/prove.md has the argument and what is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litesnn.base.errors import ProgramError
from litesnn.reading import numpy_tensors, parse_json, read_safetensors
from litesnn.runtime.prove.check import Check
from litesnn.runtime.prove.program import decode
from litesnn.runtime.prove.verdict import TRUSTED, Problem, Proof, UnknownError
from litesnn.runtime.prove.wiring import read_wiring

__all__ = ["TRUSTED", "Problem", "Proof", "prove"]
TENSORS = "weights.safetensors"


def prove(files: Mapping[str, bytes], integers: Mapping[str, Any]) -> Proof:
    """Whether a program gives PyTorch's spikes and readout for every input.

    Parameters
    ----------
    files : of the program, by their names in its directory
    integers : population -> what PyTorch folds of the genotype in `files`, `FixedPopulation`
    """
    names = ("genotype/genotype.json", "graph.json", "profile.json")
    genotype, graph, profile = (parse_json(files[name], name, ProgramError) for name in names)
    tensors = numpy_tensors(read_safetensors(files[TENSORS], TENSORS, ProgramError)[1], TENSORS, ProgramError)
    try:
        accumulator = 2 ** (profile["neuron"]["accumulator_bits"]["value"] - 1) - 1
        return Check(decode(graph, tensors), genotype, read_wiring(genotype), integers, accumulator).proof()
    except (UnknownError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        detail = str(error) if isinstance(error, UnknownError) else f"the files were not understood: {error!r}"
        place, _, text = detail.partition(": ")
        return Proof((Problem("unknown", place, text),), {})
