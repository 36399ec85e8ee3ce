"""Settings of a search set on the command line (`search litesnn --set bits=1,2,4`)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from fuzz.case import Case
from fuzz.mutators.lift import on_argument
from fuzz.reader import DifferentError, Place, Reader
from fuzz.readers.set_figure import set_name, set_value
from litesnn.search.methods.light import CellSearchSettings
from litesnn.search.methods.light import preset as cell_preset
from litesnn.search.methods.lite import SearchSettings, preset
from litesnn.search.settings.overrides import assigned, with_settings

Settings = SearchSettings | CellSearchSettings


def seeds(folder: Path) -> list[Case]:
    """Every setting of the two kinds of search, set to the value that it has; the first argument says which search."""
    cases = []
    for method, settings in (("litesnn", preset("tiny")), ("snasnet", cell_preset("snasnet", "tiny"))):
        for name, value in asdict(settings).items():
            said = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            cases.append(Case({method: b""}, "", (f"{name}={said.lower() if isinstance(value, bool) else said}",)))
    return cases


def read(place: Place) -> Settings:
    """As the search commands do."""
    base: Settings = preset("tiny") if (place.path / "litesnn").exists() else cell_preset("snasnet", "tiny")
    return with_settings(base, assigned(place.arguments, "bits=1,2,4"))


def use(found: Settings, place: Place) -> None:
    """They enter the search record, which is JSON."""
    document = asdict(found)
    if json.loads(json.dumps(document, allow_nan=False)) != json.loads(json.dumps(document)):
        raise DifferentError("settings that are not equal to themselves")


READER = Reader(seeds, (*(on_argument(set_value),) * 6, on_argument(set_name)), read, use)
