"""What the checker answers: one word, and every place that keeps it from being `PROVED`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

Fields = Mapping[str, Any]
TRUSTED = (
    "torch's float64 convolutions, linear layers and pooling",
    "the readers of JSON and safetensors",
    "that engines and chip execute graph.json by docs/numbers.md",
    "the checker itself (runtime/prove/)",
)


class Problem(NamedTuple):
    """One thing that keeps a program from being proved.

    Attributes
    ----------
    reason : `differs`: another integer, time or wire than PyTorch's; `range`: an input may make a register overflow;
        `unknown`: something that the checker does not know; `no reference`: no second reading of a foreign file to hold
        the integers against
    place : the file, population or block; `detail` : what was found there, and what it should be
    population, register, channel, limit : of a range; the channel in the genotype's numbering, `limit` the most that
        the register holds
    """

    reason: Literal["differs", "range", "unknown", "no reference"]
    place: str
    detail: str
    population: str = ""
    register: str = ""
    channel: int = 0
    limit: int = 0


def differs(place: str, detail: str) -> Problem:
    """Another integer, time or wire than PyTorch's."""
    return Problem("differs", place, detail)


def differences(place: str, whose: str, found: Fields, due: Fields, channels: Sequence[int] = ()) -> Iterator[Problem]:
    """Fields that are not as `whose` says; of arrays, a number for each of `channels`, the first that is not."""
    for field in sorted({*found, *due}):
        here, there = found.get(field), due.get(field)
        if isinstance(here, np.ndarray) and isinstance(there, np.ndarray):
            for at in np.flatnonzero(here != there)[:1]:
                text = f"{field} of channel {channels[at]}: found {here[at]}; {whose} {there[at]}"
                yield differs(place, text)
        elif (here is None) != (there is None) or here != there:
            yield differs(place, f"{field}: found {here}; {whose} {there}")


class UnknownError(Exception):
    """Something that the checker does not know, and its place: then nothing is proved."""


class Proof(NamedTuple):
    """The answer; `checked` says what was compared, in numbers, and `not_checked` what the word does not speak of."""

    problems: tuple[Problem, ...]
    checked: dict[str, int]
    not_checked: tuple[str, ...] = ()

    @property
    def word(self) -> Literal["PROVED", "NOT PROVED", "REFUTED"]:
        """`REFUTED` where anything differs."""
        if any(problem.reason == "differs" for problem in self.problems):
            return "REFUTED"
        return "NOT PROVED" if self.problems else "PROVED"
