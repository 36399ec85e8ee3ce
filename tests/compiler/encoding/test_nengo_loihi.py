"""nengo-loihi 1.1.0 `SynapseConfig.bits_per_axon`: equal words where both model the same format.

nengo-loihi has no index in the prefix of dense entries, no six free bits, and pads every entry to words by itself. So both
agree on sparse lists of one entry that do not end within six bits of a word. The golden values below were computed with
nengo-loihi 1.1.0 (n_synapses=59: 60 per entry), installed from PyPI outside this project.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import AxonLists, ListFormat, ListRule, lists_from_matrices
from litesnn.compiler.encoding.dense import Dense
from litesnn.compiler.encoding.entries import Encoding, all_widths
from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.profile import load_profile

RULE = ListRule.of(load_profile("loihi1"))
COUNTS = (1, 3, 17, 41, 60)
# (weight bits, index bits, delay bits) -> bits per axon of COUNTS sparse synapses
SPARSE = {
    (1, 6, 0): (64, 64, 192, 320, 448),
    (1, 6, 3): (64, 64, 192, 448, 640),
    (1, 10, 0): (64, 64, 256, 512, 704),
    (1, 10, 3): (64, 64, 256, 640, 896),
    (4, 6, 0): (64, 64, 192, 448, 640),
    (4, 6, 3): (64, 64, 256, 576, 832),
    (4, 10, 0): (64, 64, 256, 640, 896),
    (4, 10, 3): (64, 64, 320, 768, 1088),
    (8, 6, 0): (64, 64, 256, 640, 896),
    (8, 6, 3): (64, 64, 320, 768, 1088),
    (8, 10, 0): (64, 64, 320, 768, 1152),
    (8, 10, 3): (64, 128, 384, 896, 1280),
}
# fan-out -> percent of it up to which sparse beats dense, for 1, 2, 3, 4, 5, 6, 8 bits (computed with nengo-loihi 1.1.0)
THRESHOLDS = {
    64: [25, 34, 31, 38, 44, 48, 55],
    256: [21, 28, 25, 33, 38, 43, 50],
    1024: [18, 25, 23, 29, 33, 37, 44],
}


def last_targets(count: int, width: int, form: ListFormat) -> AxonLists:
    """One list of the last `count` of `width` targets."""
    code = -1 if form.sign_mode == "inhibitory" else 1
    return lists_from_matrices([csr_matrix(np.arange(width)[:, None] >= width - count) * code], [form])


@pytest.mark.parametrize(("weight", "index", "delay"), SPARSE)
def test_sparse_lists_of_one_entry_take_the_same_words(weight: int, index: int, delay: int) -> None:
    for count, bits in zip(COUNTS, SPARSE[weight, index, delay], strict=True):
        lists = last_targets(count, 2**index, ListFormat(weight, "excitatory", 0, delay))
        ours = int(Sparse().bits(lists, RULE)[0])
        assert -(-ours // 64) * 64 == bits
        within_six = bits - ours < 6
        assert Sparse().words(lists, RULE).tolist() == [bits // 64 + within_six]


def nengo_bits(encoding: Encoding, lists: AxonLists) -> int:
    """Our entries, each padded to words by itself and without an index in the prefix."""
    entries, widths = encoding.entries(lists.runs, RULE), all_widths(RULE)
    bits = encoding.entry_bits(entries, lists, RULE, widths) - encoding.layout(entries, RULE, widths).prefix
    return int((-(-bits // 64) * 64).sum())


@pytest.mark.parametrize("fan_out", THRESHOLDS)
def test_densities_below_which_indices_beat_zeros(fan_out: int) -> None:
    found = []
    for weight in (1, 2, 3, 4, 5, 6, 8):
        form = ListFormat(weight, "excitatory")
        dense = nengo_bits(Dense("fill"), last_targets(fan_out, fan_out, form))
        entry = {n: nengo_bits(Sparse(), last_targets(n, fan_out, form)) for n in range(1, 61)}
        sparse = {n: n // 60 * entry[60] + entry.get(n % 60, 0) for n in range(1, fan_out + 1)}
        found.append(round(100 * max(n for n in sparse if sparse[n] < dense) / fan_out))
    assert found == THRESHOLDS[fan_out]
