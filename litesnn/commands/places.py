"""Several outputs of one command, told apart by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litesnn.base.output_kinds import Kind


def output_places(outputs: Sequence[Path], kinds: Mapping[str, Kind]) -> dict[str, Path]:
    """Suffix -> where to; each is looked at before the work begins.

    Raises
    ------
    OutputError
        For other suffixes than those of `kinds`, two of one, and places that hold what such a command does not write.
    """
    from litesnn.base.errors import OutputError
    from litesnn.base.output import check_file

    found: dict[str, Path] = {}
    for place in outputs:
        if place.suffix not in kinds or place.suffix in found:
            raise OutputError(f"-o: found '{place}'; allowed: one file each of {', '.join(kinds)}")
        check_file(place, kinds[place.suffix])
        found[place.suffix] = place
    return found
