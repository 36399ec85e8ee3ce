"""Random axon lists for the tests of encodings, and NxTF's memory rule as docs/sources.md writes it, list by list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import AxonLists, ListFormat, MemoryImage, decode, lists_from_matrices

FORMATS = (
    ListFormat(1, "excitatory"),
    ListFormat(1, "inhibitory"),
    ListFormat(4, "mixed", 2),
    ListFormat(8, "inhibitory", -3),
    ListFormat(8, "mixed", 0, 3, 5),
    ListFormat(5, "excitatory", 1, 6, 62),
)


CLUSTER = 17


def codes_of(form: ListFormat, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Codes that the format holds, zeros among them."""
    top = 2**form.weight_bits - 1
    low, high = {
        "excitatory": (0, top),
        "inhibitory": (-top, 0),
        "mixed": (-(2 ** (form.weight_bits - 1)), 2 ** (form.weight_bits - 1) - 1),
    }[form.sign_mode]
    return rng.integers(low, high + 1, shape)


def random_lists(
    seed: int, lists: int, width: int, density: float, formats: Sequence[ListFormat], rows: bool = False
) -> AxonLists:
    """Lists whose synapses stand in clusters, so that every encoding is the cheapest of some."""
    rng = np.random.default_rng(seed)
    matrices = []
    for form in formats:
        near = rng.random((-(-width // CLUSTER), lists)) < rng.random(lists)
        dense = rng.random((width, lists)) < density ** rng.integers(0, 4, lists)
        mask = np.repeat(near, CLUSTER, axis=0)[:width] & dense
        matrices.append(csr_matrix(codes_of(form, rng, (width, lists)) * mask))
    return lists_from_matrices(matrices, formats, rows=rows)


@st.composite
def axon_lists(draw: st.DrawFn, rows: bool = False) -> AxonLists:
    """A few lists over up to 1000 targets, in one to three formats."""
    chosen = draw(st.lists(st.sampled_from(FORMATS), min_size=1, max_size=3, unique=True))
    return random_lists(
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(1, 8)),
        draw(st.one_of(st.integers(1, 70), st.integers(1, 1000))),
        draw(st.sampled_from([0.01, 0.1, 0.5, 1.0])),
        chosen,
        rows,
    )


def runs_of(lists: AxonLists) -> list[list[tuple[ListFormat, list[int]]]]:
    """Per list, per format: the targets."""
    bounds = lists.indptr.tolist()
    targets = [lists.targets[first:last].tolist() for first, last in pairwise(bounds)]
    size = len(lists.formats)
    return [list(zip(lists.formats, targets[i : i + size], strict=True)) for i in range(0, len(targets), size)]


def nxtf_bits(targets: Sequence[int], form: ListFormat, compression: str) -> int:
    """Bits of one run: entry = 4 + 6 + (idxBits unless sparse) + n * (wgtBits + delayBits + idxBits or skipBits)."""
    if not targets:
        return 0
    total = 0
    for entry in _nxtf_entries(list(targets), compression):
        index = max(6, math.ceil(math.log2((entry[-1] if compression == "sparse" else entry[0]) + 1)))
        steps = [b - a for a, b in pairwise(entry)]
        skip = max(2, math.ceil(math.log2(max(steps, default=0) + 1)))
        stored = entry[-1] - entry[0] + 1 if compression.startswith("dense") else len(entry)
        extra = {"sparse": index, "run-length": skip}.get(compression, 0)
        prefix = 10 + (0 if compression == "sparse" else index)
        total += prefix + stored * (form.weight_bits + form.delay_bits + extra)
    return total


def nxtf_words(bits: int) -> int:
    """ceil(bits / 64) + (1 if bits % 64 == 0 or bits % 64 >= 59)."""
    return math.ceil(bits / 64) + (bits % 64 == 0 or bits % 64 >= 59) if bits else 0


def _nxtf_entries(targets: list[int], compression: str) -> list[list[int]]:
    limit = {"run-length": 32, "dense1": 2}.get(compression, 1 << 30)
    entries: list[list[int]] = []
    for target in targets:
        entry = entries[-1] if entries else None
        full = entry is None or (target - entry[0] >= 60 if compression == "dense2" else len(entry) == 60)
        if entry is None or full or target - entry[-1] >= limit:
            entries.append([target])
        else:
            entry.append(target)
    return entries


def decoded(image: MemoryImage, like: AxonLists) -> AxonLists:
    """The lists that an image holds, sorted by the distinct formats of those that were stored."""
    formats = tuple(dict.fromkeys(like.formats))
    found, lists = decode(image), len(image.pointers) - 1
    # Fields of a delay may be wider than the format needs.
    keys = [(image.registers[r].weights[:3], int(d)) for r, d in zip(found.register, found.delay, strict=True)]
    numbers = {(form.register[:3], form.delay): number for number, form in enumerate(formats)}
    run = found.list * len(formats) + np.array([numbers[key] for key in keys], np.int64)
    order = np.argsort(run, kind="stable")
    return AxonLists(
        formats=formats,
        indptr=np.concatenate([[0], np.cumsum(np.bincount(run, minlength=lists * len(formats)))]),
        targets=found.target[order].astype(np.int32),
        codes=found.code[order].astype(np.int32),
        width=like.width,
        atoms=like.atoms,
        rows=like.rows,
    )
