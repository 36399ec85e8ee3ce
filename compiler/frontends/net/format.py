"""SLAYER's format, as the table of formats names it; its reader is imported when a file is read."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.compiler.frontends.net.options import NetOptions
from litesnn.compiler.origin.formats import Format

if TYPE_CHECKING:
    from litesnn.compiler.origin.source_file import SourceFile


def _read(path: Path, options: NetOptions) -> SourceFile:
    from litesnn.compiler.frontends.net.read import read_net

    return read_net(path, **asdict(options))


SLAYER = Format(
    name="slayer",
    title="a SLAYER network",
    panel="SLAYER (.net)",
    suffixes=(".net",),
    options=NetOptions,
    read=_read,
    range_advice=lambda over: (
        f"scale the layer's weights and threshold in the file down by 2^{over}, or prune its fan-in"
    ),
)
