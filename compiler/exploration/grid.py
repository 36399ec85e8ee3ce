"""The settings that are gone through, read once for all profiles, and the profile of every combination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, get_args, get_origin

from litesnn.base.errors import ProfileError
from litesnn.base.text import brief
from litesnn.compiler.exploration.document import MOST_ROWS, Setting, Value, written
from litesnn.compiler.profile import Profile, with_overrides
from litesnn.compiler.profile.settings import kind_of, resolve, value_in_text

Point = tuple[Profile, dict[str, Value]]
"""A profile and the figures to set, by dotted name."""


@dataclass(frozen=True)
class Grid:
    """Every profile with every combination of settings."""

    profiles: tuple[Profile, ...]
    settings: tuple[Setting, ...]

    @classmethod
    def of(cls, profiles: Sequence[Profile], settings: Mapping[str, Sequence[str]]) -> Grid:
        """The grid of profiles and of texts of values by figure, each as `--set` takes it.

        Raises
        ------
        ProfileError
            For profiles or values that are the same, a figure that a profile does not have or that is given twice, a value that it
            cannot have, and for more than `MOST_ROWS` rows.
        """
        names = [profile.name for profile in profiles]
        for name in names:
            if names.count(name) > 1:
                raise ProfileError(
                    f"explore: found two profiles called '{name}'; allowed: each name once (`name` in a file)"
                )
        count = prod(map(len, settings.values()), start=len(profiles))
        if count > MOST_ROWS:
            factors = " x ".join(f"{len(values):,} {brief(name)}" for name, values in settings.items())
            raise ProfileError(
                f"explore: found {count:,} rows ({len(profiles)} profiles x {factors}); allowed: up to {MOST_ROWS:,}. Leave values out"
            )
        found: dict[str, Setting] = {}
        for key, texts in settings.items():
            places = {resolve(key, dict(profile.figures()), f"profile '{profile.name}'") for profile in profiles}
            figure = places.pop()
            if figure in found or places:
                raise ProfileError(f"explore: found {figure} twice; allowed: each figure once, with all its values")
            values = tuple(value_in_text(figure, text) for text in texts)
            for value, text in zip(values, texts, strict=True):
                if values.count(value) > 1:
                    raise ProfileError(f"explore: {figure}: found {brief(text)} twice; allowed: each value once")
            found[figure] = Setting(figure=figure, values=values)
        return cls(tuple(profiles), tuple(found.values()))

    @property
    def size(self) -> int:
        """Number of combinations."""
        return prod((len(setting.values) for setting in self.settings), start=len(self.profiles))

    def points(self) -> Iterator[Point]:
        """Profiles outermost, the last setting innermost."""
        names = [setting.figure for setting in self.settings]
        for profile in self.profiles:
            for values in product(*(setting.values for setting in self.settings)):
                yield profile, dict(zip(names, values, strict=True))


def at(point: Point) -> Profile:
    """The profile with the figures set; `ProfileError` where they do not fit together."""
    profile, values = point
    return with_overrides(profile, {name: written(value) for name, value in values.items()}) if values else profile


def alternatives(figure: str, text: str, profile: Profile) -> list[str]:
    """The values in a text: with commas between them, of a figure that is a list of its own with slashes: `4,8/1,2,4,8`."""
    name = resolve(figure, dict(profile.figures()), f"profile '{profile.name}'")
    kind: Any = kind_of(name)
    bare = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    return text.split("/" if get_origin(bare) is tuple else ",")
