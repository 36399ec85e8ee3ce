"""How a recording became the array that enters the network, recorded so that every engine is fed the same integers.

Images need none of it. `docs/training.md`, Data sets, says what each step does.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from litesnn.compiler.genotype.part import Part

MAX_FRAMES = 4096
"""In one second of sound: the width of its image."""


class EventFrames(Part):
    """Events of a vision sensor, gathered into binary frames, one per time step: a pixel is 1 where any event fell.

    Attributes
    ----------
    frames : per recording; the network's `timesteps`
    split : into frames of equally many events (`count`), or of equal duration (`time`)
    downsample : pixels per side that become one
    polarity : events of either sign in channels of their own (0: off, 1: on), or `merged` into one
    """

    kind: Literal["event_frames"] = "event_frames"
    frames: Annotated[int, Field(ge=1, le=4096)] = 16
    split: Literal["count", "time"] = "count"
    downsample: Annotated[int, Field(ge=1, le=4096)] = 1
    polarity: Literal["separate", "merged"] = "separate"


class Mfcc(Part):
    """Mel-frequency cepstral coefficients of the first second of a sound.

    Attributes
    ----------
    filters : mel filters, as many coefficients; the height of the image
    frame_ms, hop_ms : length of a frame and distance between two, in milliseconds
    """

    kind: Literal["mfcc"] = "mfcc"
    filters: Annotated[int, Field(ge=2, le=256)] = 40
    frame_ms: Annotated[float, Field(gt=0, le=1000)] = 30.0
    hop_ms: Annotated[float, Field(gt=0, le=1000)] = 10.0

    @model_validator(mode="after")
    def _an_image_of_bounded_width(self) -> Mfcc:
        if self.frames > MAX_FRAMES:
            raise ValueError(f"hop_ms is {self.hop_ms}: {self.frames:.3g} frames a second; allowed: {MAX_FRAMES}")
        return self

    @property
    def frames(self) -> int:
        """Whole frames in one second; the width of the image."""
        return int((1000 - self.frame_ms) / self.hop_ms + 1e-9) + 1


Preprocessing = Annotated[EventFrames | Mfcc, Field(discriminator="kind")]
