"""What Intel's compiler printed for Loihi 2 in the lava-dl notebooks (docs/sources.md): words per list and per layer.

The tables print words per core averaged over a layer's cores, or a layer's words before it is split. Oxford's weights have 8
bits. The widths of PilotNet's layers are not printed: here stands one that the printed words allow (3 bits for 100 targets
in 24 words is the only one; 24 channels in 3 words allow 5 to 7). The fit was done with the stored weights.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import AxonLists, ListFormat, ListRule, encode_cost, kernel_rows, lists_from_matrices
from litesnn.compiler.graph import Conv2d
from litesnn.compiler.profile import load_profile

RULE = ListRule.of(load_profile("loihi2"))


def full(lists: int, targets: int, weight_bits: int) -> AxonLists:
    return lists_from_matrices([csr_matrix(np.ones((targets, lists), np.int32))], [ListFormat(weight_bits, "mixed")])


@pytest.mark.parametrize(
    ("lists", "targets", "weight_bits", "words"),
    [
        (200, 256, 8, 16200),  # oxford/run.ipynb: violation, allocation=16200
        (256, 200, 8, 16128),  # oxford/run.ipynb: violation, allocation=16128; then 8064 on each of 2 cores
        (2560, 100, 3, 61440),  # pilotnet_snn/benchmark.ipynb: violation, allocation=61440
        (2560, 17, 3, 12800),  # the same, after a split by 6
        (100, 50, 4, 1300),  # pilotnet_snn/benchmark.ipynb, table
        (10, 1, 8, 10),  # pilotnet_snn/benchmark.ipynb, table
    ],
)
def test_dense_layers(lists: int, targets: int, weight_bits: int, words: int) -> None:
    layer = full(lists, targets, weight_bits)
    assert encode_cost(layer, RULE, only=["dense"]).words == words
    assert encode_cost(layer, RULE).words <= words


def test_a_dense_layer_split_over_twelve_cores() -> None:
    """pilotnet_snn/benchmark.ipynb: 100 targets as 11 cores of 9 and one of 1, 7253 words per core on average."""
    total = sum(encode_cost(full(2560, size, 3), RULE, only=["dense"]).words for size in [9] * 11 + [1])
    assert total // 12 == 7253


@pytest.mark.parametrize("weight_bits", range(1, 9))
def test_dense_lists_have_one_header_and_twelve_index_bits(weight_bits: int) -> None:
    for targets in range(1, 257):
        words = encode_cost(full(1, targets, weight_bits), RULE, only=["dense"]).words
        assert words == -(-(targets * (weight_bits + 12) + 10) // 64)


def test_zeros_inside_are_charged_by_dense_lists_and_skipped_by_the_others() -> None:
    codes = np.zeros((256, 1), np.int32)
    codes[[0, 100, 255]] = 1
    lists = lists_from_matrices([csr_matrix(codes)], [ListFormat(8, "mixed")])
    assert encode_cost(lists, RULE, only=["dense"]).words == 81
    assert encode_cost(lists, RULE).words == 2


def rows(sources: int, targets: int, weight_bits: int) -> AxonLists:
    geometry = Conv2d(np.ones((targets, sources, 3, 3), np.int32), 1, 1)
    return kernel_rows([geometry], [ListFormat(weight_bits, "mixed")], (sources, 8, 8), (0, targets))


@pytest.mark.parametrize(
    ("sources", "targets", "weight_bits", "words"),
    [(3, 24, 6, 81), (48, 64, 4, 2160), (64, 64, 4, 2880)],  # pilotnet_snn/benchmark.ipynb: layers 1, 4 and 5
)
def test_convolution_rows(sources: int, targets: int, weight_bits: int, words: int) -> None:
    assert encode_cost(rows(sources, targets, weight_bits), RULE).words == words


@pytest.mark.parametrize(("sources", "targets", "printed"), [(24, 36, 864), (36, 48, 1620)])
def test_two_layers_print_one_word_more_per_row_than_the_rule_explains(
    sources: int, targets: int, printed: int
) -> None:
    """Layers 2 and 3, unexplained; the profile says so. At the widths where it was seen the rule is one word short."""
    weight_bits = {36: 5, 48: 4}[targets]
    assert encode_cost(rows(sources, targets, weight_bits), RULE).words == printed - sources * 9
