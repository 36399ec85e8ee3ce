"""How recordings and sounds are prepared, as a user says it over the defaults."""

from __future__ import annotations

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, Mfcc
from litesnn.search.settings.own_data import EventChoices, SoundChoices


def chosen_preprocessing(
    events: EventChoices, sounds: SoundChoices, frames: int | None = None
) -> EventFrames | Mfcc | None:
    """The frames of event data, or the coefficients of sounds; None where nothing is said.

    Parameters
    ----------
    frames : of event data, where their number follows from elsewhere

    Raises
    ------
    DataError
        Where something is said of both.
    """
    of_events = {**events.given, **({} if frames is None else {"frames": frames})}
    of_sounds = sounds.given
    if of_events and of_sounds:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in (*of_events, *of_sounds))
        raise DataError(f"data set: found {options}; allowed: options of event data, or of sounds")
    if of_sounds:
        return Mfcc(**of_sounds)
    return EventFrames(**of_events) if of_events else None
