"""Rank correlation beside simple counts: whether a score says more than how much there is of something.

All correlations are of ranks; equal values share their mean rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau, rankdata, spearmanr

Values = Sequence[float]


def partial_spearman(x: Values, y: Values, given: Values) -> float:
    """Spearman of x and y with what the ranks of `given` explain linearly taken out of both; nan where nothing is left."""
    return _correlation(*(_residual(rankdata(values), rankdata(given)) for values in (x, y)))


def spearman_within(x: Values, y: Values, groups: Values) -> float:
    """Correlation of ranks less the mean rank of each one's group: what is left among equals; nan where nothing is."""
    chosen = np.asarray(groups)
    return _correlation(*(_centred(rankdata(values), chosen) for values in (x, y)))


def lines(predictors: Mapping[str, Values], accuracies: Sequence[Values]) -> list[str]:
    """Markdown: every predictor against the mean accuracy of the trainings, and beside each of the others.

    Parameters
    ----------
    predictors : values per network, by name; the first is the score, the others counts
    accuracies : of every network, one sequence per training seed
    """
    y = [mean(each) for each in zip(*accuracies, strict=True)]
    found = ["| predictor | Spearman (p) | Kendall (p) | by training seed |", "|---|---|---|---|"]
    for name, x in predictors.items():
        rho, tau = spearmanr(x, y), kendalltau(x, y)
        seeds = ", ".join(f"{spearmanr(x, each).statistic:.2f}" for each in accuracies)
        found.append(
            f"| {name} | {rho.statistic:.2f} ({rho.pvalue:.2g}) | {tau.statistic:.2f} ({tau.pvalue:.2g}) | {seeds} |"
        )
    if len(accuracies) > 1:
        found.append(f"accuracies of two training seeds: Spearman {spearmanr(*accuracies[:2]).statistic:.2f}")
    score, *counts = predictors
    for count in counts:
        one = partial_spearman(predictors[score], y, predictors[count])
        other = partial_spearman(predictors[count], y, predictors[score])
        among = spearman_within(predictors[score], y, predictors[count])
        found.append(
            f"{score} given {count}: {one:.2f}; among equal {count}: {among:.2f}; {count} given {score}: {other:.2f}"
        )
    return found


def _residual(x: npt.NDArray[np.float64], given: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    centred, by = x - x.mean(), given - given.mean()
    left: npt.NDArray[np.float64] = centred - by * (centred @ by) / max(float(by @ by), 1e-12)
    return left


def _centred(x: npt.NDArray[np.float64], groups: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    left = x.copy()
    for group in np.unique(groups):
        left[groups == group] -= x[groups == group].mean()
    return left


def _correlation(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 1e-9 else float("nan")
