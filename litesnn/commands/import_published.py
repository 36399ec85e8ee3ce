"""The genotype of published arrays -> a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.commands.common import print_json, stdout_console
from litesnn.terminal import assembled

if TYPE_CHECKING:
    from litesnn.search.published.imported import ImportedGenotype


def check_arrays_output(output: Path) -> None:
    """Refuse a folder that `write_arrays` cannot write into (`OutputError`)."""
    from litesnn.compiler.genotype import check_genotype_output

    check_genotype_output(output / "genotype.json")


def write_arrays(imported: ImportedGenotype, output: Path, json_output: bool) -> None:
    """Write `genotype.json` and its weights, and say what was assumed."""
    from litesnn.compiler.genotype import save_genotype

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
    console.print(assembled((written.name, "bold"), f" from {imported.origin}, written to ", (str(target), "bold")))
    for note in imported.notes:
        console.print(f"- {note}")
