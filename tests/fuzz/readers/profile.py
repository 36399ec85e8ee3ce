"""Hardware profiles (TOML), the shipped ones as a user's own."""

from __future__ import annotations

from pathlib import Path

from written_genotypes import document, parsed

import litesnn
from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.texts import brackets, encoding, inserted, lines, token
from fuzz.mutators.toml import toml_document
from fuzz.reader import Place, Reader
from fuzz.use import command
from litesnn.compiler.estimate import estimate
from litesnn.compiler.profile import Profile, load_profile

NAME = "mine.toml"
SPEC = parsed(document())


def seeds(folder: Path) -> list[Case]:
    """All that ship."""
    shipped = sorted((Path(litesnn.__file__).parent / "hw_profiles").glob("*.toml"))
    return [Case({NAME: path.read_bytes()}, NAME) for path in shipped]


def read(place: Place) -> Profile:
    """As `--profile` does."""
    return load_profile(place.path)


def use(found: Profile, place: Place) -> None:
    """Show it, and count a network on it."""
    command("profiles", place.path)
    command("profiles", place.path, "--json")
    estimate(SPEC, found)


READER = Reader(
    seeds,
    (
        *(on(toml_document),) * 12,
        *(on(change) for change in (token, token, lines, inserted, brackets, encoding)),
        *everything(),
    ),
    read,
    use,
)
