"""What a user may say of a SANA-FE network; each field is an option of `litesnn import`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.compiler.frontends.options import INPUT_SHAPE, TIMESTEPS
from litesnn.compiler.frontends.sanafe.units import Units, parse_units

Shape = tuple[int, int, int]
STRIDE_MAX = 2**10


def parse_strides(text: str) -> tuple[int, ...]:
    """`2,1,1`: a stride for each convolution.

    Raises
    ------
    ImportFileError
        For anything else.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) <= 4 and 0 < int(part) <= STRIDE_MAX for part in parts):
        raise ImportFileError(f"--strides: found '{text:.60}'; allowed: numbers 1 .. {STRIDE_MAX}, e.g. 2,1,1,1")
    return tuple(int(part) for part in parts)


@dataclass(frozen=True)
class SanafeOptions:
    """Choices that a SANA-FE network leaves open.

    Attributes
    ----------
    timesteps : steps per sample; the longest list of spikes when None, and 16 without one
    input_shape : (channels, height, width) of the input, where no convolution says it
    units : models of the hardware units that the network names; None: assumed
    strides : of the convolutions of an archive of arrays
    """

    timesteps: Annotated[int | None, TIMESTEPS] = None
    input_shape: Annotated[Shape | None, INPUT_SHAPE] = None
    units: Annotated[
        Units | None,
        Setting(
            "Models of the units that a network names: its architecture, or words (lif=leaky_integrate_fire,in=input).",
            option=True,
            parse=parse_units,
            metavar="ARCH.yaml|NAME=MODEL,...",
        ),
    ] = None
    strides: Annotated[
        tuple[int, ...],
        Setting(
            "Strides of an archive's convolutions, in their order (DVS gestures: 2,1,1,1).",
            option=True,
            parse=parse_strides,
            metavar="N,...",
        ),
    ] = ()

    def __post_init__(self) -> None:
        check_settings(self, ImportFileError)
