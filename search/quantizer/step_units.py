"""Steps of LitE-SNN's quantizer for weights of variance 1, and with them the widths that it has."""

STEP_UNIT: dict[int, float] = {
    1: 1.596,
    2: 0.996,
    3: 0.586,
    4: 0.336,
    5: 0.1881,
    6: 0.1041,
    7: 0.0569,
    8: 0.0308,
}
"""Optimal uniform quantizer step for N(0, 1), by bits (2^bits levels)."""
