"""Rank correlations beside simple counts."""

from math import isnan

import numpy as np
import pytest
from rank_baselines import lines, partial_spearman, spearman_within


def test_what_a_count_explains_is_taken_out() -> None:
    rng = np.random.default_rng(0)
    count = rng.permutation(200).astype(float)
    score, accuracy = (count + rng.normal(0, 60, 200) for _ in range(2))
    assert np.corrcoef(score, accuracy)[0, 1] > 0.3
    assert abs(partial_spearman(list(score), list(accuracy), list(count))) < 0.15
    assert partial_spearman(list(score), list(score), list(count)) == pytest.approx(1)
    assert isnan(partial_spearman(list(count), list(accuracy), list(count)))


def test_among_equals_only_what_differs_within_a_group_counts() -> None:
    groups = [1, 1, 1, 2, 2, 2]
    assert spearman_within([1, 2, 3, 11, 12, 13], [10, 20, 30, 1, 2, 3], groups) == pytest.approx(1)
    assert isnan(spearman_within([1, 1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6], groups))


def test_every_predictor_has_a_line_and_the_seeds_are_compared() -> None:
    found = lines({"score": [1, 2, 3, 4], "convolutions": [1, 1, 2, 2]}, [[1, 2, 3, 4], [1, 3, 2, 4]])
    assert "| score | 0.95 (0.051) | 0.91 (0.071) | 1.00, 0.80 |" in found
    assert "accuracies of two training seeds: Spearman 0.80" in found
    assert sum(line.startswith("score given convolutions") for line in found) == 1
