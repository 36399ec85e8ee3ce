"""Random changes of training images, as settings; `samples.py` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litesnn.base.settings.setting import Setting
from litesnn.search.settings.bounds import MAX_SIDE

ShiftSetting = Annotated[
    int,
    Setting(
        "Augmentation: random shift by up to so many pixels; sounds move in time alone.",
        low=0,
        high=MAX_SIDE,
        option=True,
    ),
]
FlipSetting = Annotated[bool, Setting("Augmentation: random mirroring.", option=True)]
CutoutSetting = Annotated[
    int, Setting("Augmentation: clear a square of so many pixels.", low=0, high=MAX_SIDE, option=True)
]


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training images.

    Attributes
    ----------
    shift : by up to so many pixels either way, filling with 0; images of sounds along their width alone, repeating the
        frame at the border
    flip : mirror half of the images left-right
    cutout : set a square of so many pixels to 0, its middle anywhere on the image (DeVries and Taylor, 2017)
    """

    shift: int = 0
    flip: bool = False
    cutout: int = 0
