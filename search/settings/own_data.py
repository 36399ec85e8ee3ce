"""How a user's own data are read, where more than one way makes sense; and how recordings of events become frames."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from litesnn.base.errors import DataError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting

TEST_FRACTION, SPLIT_SEED = 0.2, 0
MAX_SIZE = 4096
Size = tuple[int, int]


def parse_size(text: str) -> Size:
    """(H, W) of `HxW`.

    Raises
    ------
    DataError
        For anything else.
    """
    parts = text.lower().split("x")
    sizes = [int(part) if part.isdecimal() and len(part) < 6 else 0 for part in parts]
    if len(sizes) != 2 or not all(1 <= size <= MAX_SIZE for size in sizes):
        raise DataError(f"size: found '{text}'; allowed: HxW in pixels, e.g. 32x32, up to {MAX_SIZE}x{MAX_SIZE}")
    return sizes[0], sizes[1]


@dataclass(frozen=True)
class OwnData:
    """How own data are read; None: as the genotype records it, else the default that is named."""

    test_fraction: Annotated[
        float | None,
        Setting(
            "Own data without a test part: hold out this share of every class (0.2).",
            above=0,
            below=1,
            option=True,
        ),
    ] = None
    split_seed: Annotated[
        int | None, Setting("Own data without a test part: seed of what is held out (0).", low=0, option=True)
    ] = None
    image_size: Annotated[
        Size | None,
        Setting("Folder of images: resize them all to this.", option=True, parse=parse_size, metavar="HxW"),
    ] = None
    color: Annotated[
        Literal["grey", "rgb"] | None,
        Setting("Folder of images: channels; grey where no image has colors, if left out.", option=True),
    ] = None
    sensor: Annotated[
        Size | None,
        Setting(
            "Own event recordings: pixels of the sensor; the largest that is seen, if left out.",
            option=True,
            parse=parse_size,
            metavar="HxW",
        ),
    ] = None

    def __post_init__(self) -> None:
        check_settings(self, DataError)

    def over(self, other: OwnData) -> OwnData:
        """These settings, and another's where these say nothing."""
        return OwnData(**{**asdict(other), **self.given})

    @property
    def given(self) -> dict[str, Any]:
        """Those that say something."""
        return _given(self)


NOTHING_SAID = OwnData()


@dataclass(frozen=True)
class EventChoices:
    """Fields of `EventFrames` that a user sets; None: as the genotype records it, else that class's default."""

    frames: Annotated[
        int | None, Setting("Event data: frames per sample, one for each step.", low=1, high=4096, option=True)
    ] = None
    split: Annotated[
        Literal["count", "time"] | None,
        Setting("Event data: frames of equally many events, or of equal time.", option=True),
    ] = None
    downsample: Annotated[
        int | None, Setting("Event data: so many pixels per side become one.", low=1, high=4096, option=True)
    ] = None
    polarity: Annotated[
        Literal["separate", "merged"] | None,
        Setting("Event data: a channel for each sign, or one for both.", option=True),
    ] = None

    def __post_init__(self) -> None:
        check_settings(self, DataError)

    @property
    def given(self) -> dict[str, Any]:
        """Those that say something."""
        return _given(self)


@dataclass(frozen=True)
class SoundChoices:
    """Fields of `Mfcc` that a user sets; None: as the genotype records it, else that class's default."""

    filters: Annotated[
        int | None, Setting("Sounds: mel filters, and as many coefficients (40).", low=2, high=256, option=True)
    ] = None
    frame_ms: Annotated[
        float | None, Setting("Sounds: milliseconds of a frame (30).", above=0, high=1000, option=True)
    ] = None
    hop_ms: Annotated[
        float | None, Setting("Sounds: milliseconds from a frame to the next (10).", low=0.25, high=1000, option=True)
    ] = None

    def __post_init__(self) -> None:
        check_settings(self, DataError)

    @property
    def given(self) -> dict[str, Any]:
        """Those that say something."""
        return _given(self)


def _given(settings: OwnData | EventChoices | SoundChoices) -> dict[str, Any]:
    return {name: value for name, value in asdict(settings).items() if value is not None}
