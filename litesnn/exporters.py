"""The formats that `litesnn export` writes, in one table: name -> `module:function`, imported when it is first used.

An exporter takes a program and returns `Exported`: files by name, and what is to be said about them. One in `WITH_SAMPLE` also
takes a sample (graded (C, H, W) or spikes (T, C, H, W)) and what that sample is, in words.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from litesnn.compiler.export import Exported
from litesnn.errors import ExportError
from litesnn.output_kinds import NIR, SANAFE, Kind

EXPORTERS: dict[str, str] = {
    "nir": "litesnn.compiler.export.nir:export_program",
    "sanafe": "litesnn.compiler.export.sanafe:export_sanafe",
}
FILES: dict[str, tuple[str, ...]] = {"nir": ("{name}.nir",), "sanafe": ("architecture.yaml", "network.yaml")}
KINDS: dict[str, Kind] = {"nir": NIR, "sanafe": SANAFE}
WITH_SAMPLE = frozenset({"sanafe"})


def exporter(name: str) -> Callable[..., Exported]:
    """The exporter of a format.

    Raises
    ------
    ExportError
        For an unknown name.
    """
    if name not in EXPORTERS:
        raise ExportError(f"--to: found '{name}'; allowed: {', '.join(EXPORTERS)}")
    module, function = EXPORTERS[name].split(":")
    export: Callable[..., Exported] = getattr(import_module(module), function)
    return export


def export_places(to: str, name: str, output: Path) -> dict[str, Path]:
    """Where each file of a program called `name` goes: one of the output's own kind to the output itself, all others into it."""
    files = [file.format(name=name) for file in FILES[to]]
    if len(files) == 1 and output.suffix == Path(files[0]).suffix:
        return {files[0]: output}
    return {file: output / file for file in files}
