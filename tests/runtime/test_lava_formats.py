"""Lava's own clipping and truncation of weights must change nothing in ours, for every width and sign mode."""

import numpy as np
import pytest
from lava_here import lava_module
from scipy.sparse import csr_matrix

from litesnn.compiler.graph import Dense, SynapseBlock, SynapseFormat

weightutils = lava_module("lava.utils.weightutils")


@pytest.mark.parametrize("sign_mode", ["mixed", "excitatory", "inhibitory"])
@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("exponent", [0, 3])
def test_lava_keeps_every_code_of_every_format(bits, sign_mode, exponent):
    alignment = SynapseFormat(bits, 0, sign_mode).alignment
    chosen = SynapseFormat(bits, exponent - alignment, sign_mode)
    low, high = chosen.code_range()
    codes = np.arange(low, high + 1, dtype=np.int32)[None, :]
    block = SynapseBlock("b", "s", "t", Dense(codes), "b", "b", exponent=exponent, format=chosen)
    mantissas = block.mantissas((codes.size, 1, 1), (1, 1, 1))
    mode = weightutils.SignMode[sign_mode.upper()]

    kept = weightutils.truncate_weights(weightutils.clip_weights(mantissas, mode, num_bits=8), mode, bits)

    assert (kept.toarray() == mantissas.toarray()).all()
    # As Lava scales the accumulator: the sum of mantissas is shifted by weight_exp, and nothing falls off.
    scaled = np.left_shift(kept.toarray(), max(0, chosen.weight_exp)) >> max(0, -chosen.weight_exp)
    assert (scaled == block.weights((codes.size, 1, 1), (1, 1, 1)).toarray()).all()


def test_codes_outside_the_format_would_not_survive():
    mode = weightutils.SignMode.MIXED
    odd = csr_matrix(np.array([[3, -3]], np.int32) << 6)  # 3 needs three mixed bits; two leave 7 bits below
    assert (weightutils.truncate_weights(odd, mode, 2).toarray() != odd.toarray()).all()
