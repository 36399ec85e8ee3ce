"""Published arrays of an architecture search -> a genotype in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litesnn.commands.common import print_json, stdout_console


@dataclass(frozen=True)
class Request:
    """What to read and with which settings; parameters as those of `import_published`."""

    path: Path
    given: Mapping[str, Any]
    kind: str | None
    array: str | None
    name: str | None
    weights: Path | None
    seed: int | None


def import_arrays(request: Request, output: Path, json_output: bool) -> None:
    """Read the arrays, write `genotype.json` and its weights, and say what was assumed."""
    from litesnn.compiler.genotype import save_genotype
    from litesnn.search.published import import_published

    imported = import_published(**vars(request))
    target = output / "genotype.json"
    written = save_genotype(imported.genotype, imported.tensors, target)
    if json_output:
        print_json(
            {
                "genotype": str(target),
                "name": written.name,
                "origin": imported.origin,
                "weights": None if written.weights is None else str(output / written.weights.file),
                "notes": list(imported.notes),
            }
        )
        return
    console = stdout_console()
    console.print(f"[bold]{written.name}[/] from {imported.origin}, written to [bold]{target}[/]")
    for note in imported.notes:
        console.print(f"- {note}", markup=False)
