"""A profile by one of its rule sets, as `--rules NAME` takes it."""

from __future__ import annotations

from dataclasses import asdict

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.model import Profile, read_profile
from litesnn.compiler.profile.ranges import short


def with_rules(profile: Profile, name: str) -> Profile:
    """The profile with the figures of one of its rule sets; the profile itself where that is in force.

    What a user has set (`--set`, or in a file of their own) stays.

    Raises
    ------
    ProfileError
        For a set that the profile does not have, a figure of it that there is not, and a value that a figure cannot have.
    """
    if name == profile.rules_in_force:
        return profile
    if name not in profile.rules or profile.rules_in_force is not None:
        offered = profile.rules if profile.rules_in_force is None else [profile.rules_in_force]
        raise ProfileError(
            f"profile '{profile.name}': rules: found {short(name)}; allowed: {', '.join(offered) or 'none, it has no rule sets'}"
        )
    document = profile.model_dump()
    known = dict(profile.figures())
    for figure, value in profile.rules[name].figures.items():
        if figure not in known:
            raise ProfileError(
                f"profile '{profile.name}': rules.{name}.figures: found {short(figure)}; allowed: dotted names of figures, "
                "which `litesnn profiles` lists"
            )
        section, _, leaf = figure.partition(".")
        if known[figure].status != "USER":
            document[section][leaf] = asdict(value)
    document["rules_in_force"] = name
    return read_profile(document, f"profile '{profile.name}' by rules.{name}")


def said_rules(profile: Profile) -> str:
    """By which rules a count on this profile holds, as a phrase after "by"."""
    if profile.rules_in_force is None:
        return f"the figures of {profile.name}"
    return profile.rules[profile.rules_in_force].says
