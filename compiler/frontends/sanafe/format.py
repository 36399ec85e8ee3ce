"""SANA-FE's networks, as the table of formats names them; their reader is imported when a file is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.compiler.frontends.sanafe.options import SanafeOptions
from litesnn.compiler.origin.formats import Format

if TYPE_CHECKING:
    from litesnn.compiler.origin.source_file import SourceFile


def _read(path: Path, options: SanafeOptions) -> SourceFile:
    from litesnn.compiler.frontends.sanafe.read import read_sanafe

    return read_sanafe(path, options)


def _holds_layers(path: Path) -> bool:
    from litesnn.compiler.frontends.sanafe.arrays import holds_layers

    return holds_layers(path)


SANAFE = Format(
    name="sanafe",
    title="a SANA-FE network",
    panel="SANA-FE (.yaml, .npz)",
    suffixes=(".yaml", ".yml"),
    shared={".npz": _holds_layers},
    options=SanafeOptions,
    read=_read,
    range_advice=lambda over: f"scale the group's weights, biases and threshold in the file down by 2^{over}",
)
