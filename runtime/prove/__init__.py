"""A small checker that proves, without a sample, that a program gives PyTorch's spikes and readout for every input.

It shares no code with the compiler: wiring comes from genotype.json, integers from PyTorch's `fixed` side, and the
program's from its files, each read here. docs/prove.md has the argument and what is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litesnn.base.errors import ProgramError
from litesnn.reading import numpy_tensors, parse_json, read_safetensors
from litesnn.runtime.prove.check import Check
from litesnn.runtime.prove.image import image_problems
from litesnn.runtime.prove.program import decode
from litesnn.runtime.prove.reference import Reference
from litesnn.runtime.prove.timing import timing_problems
from litesnn.runtime.prove.verdict import TRUSTED, Problem, Proof, UnknownError

__all__ = ["TRUSTED", "Problem", "Proof", "prove"]
GENOTYPE, TENSORS, IMAGE = "genotype/genotype.json", "weights.safetensors", "image/"
ELSEWHERE = "a network from elsewhere: its file has no second reader, whose integers these could be held to"


def prove(files: Mapping[str, bytes], integers: Mapping[str, Any] | None) -> Proof:
    """Whether a program gives PyTorch's spikes and readout for every input.

    Parameters
    ----------
    files : of the program, by their names in its directory
    integers : population -> what PyTorch folds of the genotype in `files`, `FixedPopulation`; None for a network from
        elsewhere, of which slices are checked, and timing where samples stream
    """
    names = {"graph.json", "profile.json", GENOTYPE} & files.keys()
    document = {name: parse_json(files[name], name, ProgramError) for name in names}
    tensors = numpy_tensors(read_safetensors(files[TENSORS], TENSORS, ProgramError)[1], TENSORS, ProgramError)
    image = {name.removeprefix(IMAGE): content for name, content in files.items() if name.startswith(IMAGE)}
    missing = [] if image else ["slices and memory of cores: there is no image"]
    try:
        graph = decode(document["graph.json"], tensors)
        stored = image_problems(graph, image) if image else ()
        checked = {"populations": len(graph.populations), "blocks": len(graph.blocks)}
        if integers is None:
            missing += ["registers", *(["timing of isolated samples"] if graph.isolated else [])]
            timing = () if graph.isolated else timing_problems(graph)
            problems = [Problem("no reference", "source/", ELSEWHERE), *timing]
        else:
            relays = {name: p.entry["stands_for"] for name, p in graph.populations.items() if p.role == "relay"}
            bits = document["profile.json"]["neuron"]["accumulator_bits"]["value"]
            check = Check(graph, Reference(document[GENOTYPE], integers, relays), 2 ** (bits - 1) - 1)
            problems, checked = check.problems(), checked | check.counts
        return Proof((*problems, *stored), checked, tuple(missing))
    except (UnknownError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        known = isinstance(error, UnknownError)
        place, _, text = (str(error) if known else f"its files: they were not understood ({error!r})").partition(": ")
        return Proof((Problem("unknown", place, text),), {}, tuple(missing))
