"""Figures of a profile set on the command line (`--set cores=120`)."""

from __future__ import annotations

from pathlib import Path
from random import Random

from written_genotypes import document, parsed

from fuzz.case import Case
from fuzz.mutators.lift import on_argument
from fuzz.mutators.values import text, whole
from fuzz.reader import Place, Reader
from litesnn.commands.options import chosen_profile
from litesnn.compiler.estimate import estimate
from litesnn.compiler.profile import Profile, load_profile

SPEC = parsed(document())
VALUES = (
    "inf",
    "-inf",
    "nan",
    "1e999",
    "1e308",
    "0",
    "-0",
    "-1",
    "0.5",
    "true",
    "none",
    "",
    ",",
    "1,,2",
    "4,8,",
    "1,2,3,4,5,6,7,8",
    "[1,2]",
    "1_000",
    "٣",
    "0x10",
    "1e3",
    " 4 ",
    "4;8",
)


def seeds(folder: Path) -> list[Case]:
    """Every figure of the shipped profiles, set to the value that it has, or to 1."""
    figures = load_profile("loihi2").figures()
    return [Case({}, "", (f"{name}={_said(figure.value)}",)) for name, figure in figures]


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "1" if value is None else str(value)


def set_value(given: str, rng: Random) -> str:
    """The figure set to something else."""
    name, _, value = given.partition("=")
    new = rng.choice(
        (str(whole(rng))[:4000], rng.choice(VALUES), rng.choice(VALUES), text(rng, value), f"{value}0", f"-{value}")
    )
    return f"{name}={new}"


def set_name(given: str, rng: Random) -> str:
    """Another figure, in part or misspelt."""
    name, equals, value = given.partition("=")
    section, _, leaf = name.partition(".")
    return rng.choice(
        (
            f"{leaf}{equals}{value}",
            f"{text(rng, name)}={value}",
            name,
            f"={value}",
            f"{section}={value}",
            f"{name}.value={value}",
            "",
        )
    )


def read(place: Place) -> Profile:
    """As every command with a profile does."""
    return chosen_profile("loihi2", list(place.arguments))


def use(found: Profile, place: Place) -> None:
    """Count a network on it."""
    estimate(SPEC, found)
    found.model_dump_json()


READER = Reader(seeds, (*(on_argument(set_value),) * 6, on_argument(set_name)), read, use)
