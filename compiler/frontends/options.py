"""Settings that formats share: one flag, one help text and one parser for all of them."""

from __future__ import annotations

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.setting import Setting
from litesnn.compiler.frontends.support import TIMESTEPS_MAX

SIDE_MAX = 2**15


def parse_shape(text: str) -> tuple[int, int, int]:
    """`C,H,W` as numbers.

    Raises
    ------
    ImportFileError
        For anything else.
    """
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() and 0 < int(part) <= SIDE_MAX for part in parts):
        raise ImportFileError(
            f"--input-shape: found '{text}'; allowed: C,H,W, each within 1 .. {SIDE_MAX}, e.g. 3,32,32"
        )
    channels, height, width = (int(part) for part in parts)
    return (channels, height, width)


TIMESTEPS = Setting("Steps per sample; what the file says, or 16.", low=1, high=TIMESTEPS_MAX, option=True)
INPUT_SHAPE = Setting(
    "Channels, height, width, where the file does not say it.", option=True, parse=parse_shape, metavar="C,H,W"
)
CLAMP_DELAYS = Setting(
    "Delays beyond the chip's longest become that, which is approximate; otherwise relays make up for it.", option=True
)
