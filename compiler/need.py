"""What a choice by measured need may cost: accuracy that may be lost, and time to look for what is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litesnn.base.errors import NeedError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting

WEEK = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Need:
    """Bounds of a choice by measured need.

    Attributes
    ----------
    max_drop : percentage points of accuracy, or of agreement where there are no labels, below what it is measured from
    max_time : seconds until the choice ends with the best that was found
    """

    max_drop: Annotated[
        float,
        Setting(
            "For a choice by need: percentage points of accuracy (without --labels: of agreement) that may be lost.",
            low=0,
            high=100,
            option=True,
        ),
    ] = 0.5
    max_time: Annotated[
        float,
        Setting(
            "For a choice by need: seconds until it ends with the best that was found.",
            above=0,
            high=WEEK,
            option=True,
            metavar="SECONDS",
        ),
    ] = 600.0

    def __post_init__(self) -> None:
        check_settings(self, NeedError)
