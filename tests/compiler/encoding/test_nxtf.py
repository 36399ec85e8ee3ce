"""Figures printed by NxTF's own unit tests (docs/sources.md): single lists, and whole layers with their random weights."""

from __future__ import annotations

import numpy as np
import pytest
from nxtf_layers import kernel_signs, merge_registers, population_groups
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import ListFormat, ListRule, lists_from_matrices
from litesnn.compiler.encoding.dense import Dense
from litesnn.compiler.encoding.entries import Encoding, Widths, all_widths, sum_by
from litesnn.compiler.encoding.run_length import RunLength
from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.profile import load_profile

RULE = ListRule.of(load_profile("loihi1"))
LIST = [1, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 4]


@pytest.mark.parametrize(
    ("encoding", "offset", "entries", "bits"),
    [
        (Sparse(), 0, 1, 10 + 56),
        (RunLength(5), 100, 1, 17 + 44),
        (Dense("split"), 200, 3, 3 * 18 + 4 * 8),
        (Dense("fill"), 200, 1, 18 + 12 * 8),
    ],
)
def test_single_lists(encoding: Encoding, offset: int, entries: int, bits: int) -> None:
    lists = lists_from_matrices([csr_matrix([0] * offset + LIST).T], [ListFormat(8, "excitatory")])
    assert len(encoding.entries(lists.runs, RULE).run) == entries
    assert encoding.bits(lists, RULE).tolist() == [bits]


def test_six_dense_synapses_of_eight_bits_take_two_words() -> None:
    lists = lists_from_matrices([csr_matrix(np.ones((6, 1), np.int32))], [ListFormat(8, "excitatory")])
    assert Dense("fill").bits(lists, RULE).tolist() == [64]
    assert Dense("fill").words(lists, RULE).tolist() == [2]


def layer(number: int, shape: tuple[int, int, int], core_columns: int, encoding: Encoding, widths: Widths) -> list[int]:
    """[input axons, synapses stored, entries, words] of a layer of two 3x3 kernels."""
    totals = np.zeros(4, np.int64)
    signs = kernel_signs(number, (3, 3, shape[2], 2))
    for users, lists in population_groups(signs, shape[0], shape[1], core_columns):
        entries = encoding.entries(lists.runs, RULE)
        words = encoding.words(lists, RULE, widths)
        totals += [users, entries.stored.sum(), len(entries.run), words.max() * lists.atoms]
    return totals.tolist()


@pytest.mark.parametrize(
    ("number", "shape", "core_columns", "encoding", "printed"),
    [
        (0, (7, 7, 2), 5, Sparse(), [14, 900, 281, 378]),
        (1, (32, 32, 3), 10, Sparse(), [108, 29160, 6873, 10080]),
        (8, (7, 7, 2), 5, Dense("split"), [14, 900, 660, 427]),
        (10, (7, 7, 2), 5, Dense("fill"), [14, 3587, 290, 700]),
    ],
    ids=["sparse", "sparse-32x32x3", "dense1", "dense2"],
)
def test_layers(
    number: int, shape: tuple[int, int, int], core_columns: int, encoding: Encoding, printed: list[int]
) -> None:
    assert layer(number, shape, core_columns, encoding, all_widths(RULE)) == printed


def run_length_words(registers: int) -> tuple[int, int]:
    """Words of NxTF's run-length layer with so many format registers, and how many of them it needs."""
    groups = list(population_groups(kernel_signs(6, (3, 3, 2, 2)), 7, 7, 5))
    encoding, parts = RunLength(5), []
    for _, lists in groups:
        entries = encoding.entries(lists.runs, RULE)
        layout, form = encoding.layout(entries, RULE, all_widths(RULE)), entries.run % len(lists.formats)
        weight = np.array([f.weight_bits for f in lists.formats])[form]
        own = np.stack([form // 2, layout.prefix, layout.skip, weight, form % 2], axis=1)
        parts.append((lists, entries, [tuple(row) for row in own.tolist()]))
    merged = merge_registers({register for _, _, own in parts for register in own}, registers)
    words = 0
    for lists, entries, own in parts:
        _, index, skip, weight, _ = np.array([merged[register] for register in own]).T
        bits = RULE.header_bits + index + entries.stored * (skip + weight)
        words += int(RULE.words(sum_by(entries.run // len(lists.formats), bits, len(lists))).max()) * lists.atoms
    return words, len(set(merged.values()))


def test_run_length_layer() -> None:
    """NxTF prints 371 words: it uses 7 of the chip's 15 format registers, as it stores each twice.

    With a register for each of the 16 widths it would take 364. That is a valid encoding still with 15 registers, even with 10.
    """
    assert layer(6, (7, 7, 2), 5, RunLength(5), all_widths(RULE)) == [14, 900, 288, 364]
    assert run_length_words(16) == (364, 16)
    assert run_length_words(15) == (364, 15)
    assert run_length_words(10) == (364, 10)
    assert run_length_words(7) == (371, 7)
