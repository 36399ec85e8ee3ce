"""How channels are scored. Nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from litesnn.base.errors import PruningError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting

Method = Literal["svs", "sca", "l1", "random"]
METHODS: tuple[Method, ...] = get_args(Method)
Threshold = Literal["absolute", "numerical"]


@dataclass(frozen=True)
class Scoring:
    """How scores are made. What each setting is stands with it.

    `threshold`, of `svs`: `absolute` is the paper's 1e-6; `numerical` is max(H, W) * machine epsilon (of float64) * the largest singular
    value, what `matrix_rank` does.
    """

    method: Annotated[
        Method,
        Setting(
            "Score: rank of spike maps (QP-SNN), membrane magnitude, weight magnitude, or seeded chance.", option=True
        ),
    ] = "svs"
    threshold: Annotated[
        Threshold,
        Setting(
            "Singular values above 1e-6 count (the paper), or those above rounding (matrix_rank).",
            option=True,
            flag="--svs-threshold",
        ),
    ] = "absolute"
    seed: Annotated[
        int,
        Setting("Of the samples, of random scores and of a fresh readout.", low=0, high=2**63 - 1, option=True),
    ] = 0
    batch_size: Annotated[int, Setting("Samples at once.", low=1, high=2**16)] = 64

    def __post_init__(self) -> None:
        check_settings(self, PruningError)

    @property
    def needs_samples(self) -> bool:
        """Whether the method looks at activations."""
        return self.method in ("svs", "sca")
