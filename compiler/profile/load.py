"""Reading profiles: shipped ones by name, a user's own by path, and those that build on another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.by_rules import with_rules
from litesnn.compiler.profile.model import Profile, check_given, read_profile
from litesnn.compiler.profile.own_file import written_out
from litesnn.compiler.profile.problems import parse_toml
from litesnn.compiler.profile.ranges import short
from litesnn.compiler.profile.settings import with_overrides
from litesnn.reading import Kind, read_file


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with LiteSNN."""
    folder = resources.files("litesnn.hw_profiles")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


AnyProfile = str | os.PathLike[str] | Profile
"""Name of a shipped one, path of a file, or a loaded one."""
MAX_PROFILE_BYTES = 2**20
"""Of a TOML file: the shipped profiles have 30 kB."""
MAX_EXTENDED = 8
"""Files that extend one another."""


def _known_or_path() -> str:
    return f"{', '.join(shipped_profiles())}, or a path to a .toml file"


@cache
def portable_accumulator() -> int:
    """Largest sum, in weight units, that the accumulators of all shipped chips hold: what stays below runs on each of them."""
    return min(load_profile(name).accumulator_limit for name in shipped_profiles())


def load_profile(
    name_or_path: AnyProfile, overrides: Mapping[str, str] | None = None, rules: str | None = None
) -> Profile:
    """Load a shipped profile by name, or a user's own TOML file by path, with some figures set by the caller.

    Parameters
    ----------
    name_or_path : of a shipped one, or of a file; a profile that was loaded is taken as it is
    overrides : figure -> value as text. The key is dotted (`chip.cores`) or, where only one figure ends so, its last part
        (`cores`); the value is read as the figure's type, lists with commas (`4,8`)
    rules : a rule set of the profile, whose figures hold instead of its own; those of `overrides` come after it

    A file may say `extends = "loihi2"`, or the path of another file beside it, and then gives only what differs, figure by
    figure; a bare value (`neurons_per_core = 512`) is a figure of status USER.

    Raises
    ------
    ProfileError
        For an unknown name, a missing file, broken TOML, files that extend one another in a circle, figures that there are not or
        that cannot have the value, and for an override that names no figure, several, or does not fit the figure's type; for
        a rule set that the profile does not have.
    """
    if isinstance(name_or_path, Profile):
        profile = name_or_path
    else:
        text = str(name_or_path)
        profile = read_profile(_document(text), f"profile {text}")
    profile = profile if rules is None else with_rules(profile, rules)
    return with_overrides(profile, overrides) if overrides else profile


def _document(text: str, below: tuple[str, ...] = ()) -> dict[str, Any]:
    """The figures of a profile and of those that it extends, written out; `below` are the files that extend this one."""
    where = f"profile {text}"
    document = parse_toml(_read(text), where)
    if text in shipped_profiles():
        return document
    base = document.get("extends")
    if base is None:
        return written_out(document, {}, text, where)
    if not isinstance(base, str):
        raise ProfileError(f"{where}: extends: found {short(base)}; allowed: {_known_or_path()}")
    chain = (*below, os.path.realpath(text))
    shipped = base in shipped_profiles()
    beside = base if shipped else os.path.join(os.path.dirname(text), base)
    if not shipped and os.path.realpath(beside) in chain:
        row = " extends ".join(map(os.path.basename, (*chain, os.path.realpath(beside))))
        raise ProfileError(
            f"{where}: extends: found {short(base)}, which goes in a circle: {row}; allowed: {_known_or_path()}"
        )
    if len(chain) > MAX_EXTENDED:
        raise ProfileError(
            f"{where}: extends: found {short(base)}, which is the {len(chain)}. file in a row; allowed: up to {MAX_EXTENDED}, "
            "the last of which extends a shipped profile or nothing"
        )
    try:
        under = _document(beside, chain)
        if not shipped:
            check_given(under, f"profile {beside}")
    except ProfileError as error:
        raise ProfileError(f"{where}: extends: {error}") from error
    bases = (base, *under.get("bases", ()))
    return _over(under, written_out(document, under, text, where)) | {"bases": bases}


def _over(under: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The figures of `document`, and where it gives none those of `under`; its name is its own."""
    merged = {key: value for key, value in under.items() if key != "name"} | document
    for section, figures in under.items():
        if isinstance(figures, dict) and isinstance(own := document.get(section), dict):
            merged[section] = figures | own
    return merged


def _read(text: str) -> str:
    if text in shipped_profiles():
        return resources.files("litesnn.hw_profiles").joinpath(f"{text}.toml").read_text(encoding="utf-8")
    if not text.endswith(".toml"):
        raise ProfileError(f"profile: found '{text}'; allowed: {_known_or_path()}")
    try:
        return read_file(text, Kind(ProfileError, "profile", MAX_PROFILE_BYTES)).decode()
    except UnicodeDecodeError as error:
        raise ProfileError(
            f"profile {text}: cannot read it: found byte {error.object[error.start]:#04x} at {error.start}; allowed: UTF-8"
        ) from error
