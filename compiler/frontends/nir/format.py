"""NIR, as the table of formats names it; its reader is imported when a file is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.origin.formats import Format

if TYPE_CHECKING:
    from litesnn.compiler.origin.source_file import SourceFile


def _read(path: Path, options: RealOptions) -> SourceFile:
    from litesnn.compiler.frontends.nir.read import read_nir

    return read_nir(path, options)


NIR = Format(
    name="nir",
    title="a NIR network",
    panel="NIR (.nir)",
    suffixes=(".nir",),
    options=RealOptions,
    read=_read,
    range_advice=lambda over: f"import with {over} bit(s) less for it (--bits NAME=N), or prune its fan-in",
)
