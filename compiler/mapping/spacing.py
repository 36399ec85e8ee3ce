"""Along which axes of its map the slices of a population stand with margins (`compiler.margin`): gaps that lists lead into."""

from __future__ import annotations

from typing import NamedTuple


class Spacing(NamedTuple):
    """Whether there are margins of rows, and of columns."""

    rows: bool = False
    columns: bool = False


NO_SPACING = Spacing()
