"""The genotype of published arrays -> a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console

if TYPE_CHECKING:
    from litesnn.commands.arrays_options import ArraysOptions
    from litesnn.search.published.imported import ImportedGenotype


def import_arrays(file: Path, options: ArraysOptions, folder: Path, seed: int, json_output: bool) -> None:
    """Read arrays and write `genotype.json` and its weights; a place that cannot be written is refused before."""
    from litesnn.compiler.genotype import check_genotype_output
    from litesnn.search.published import import_published

    check_genotype_output(folder / "genotype.json")
    imported = import_published(
        file,
        options.settings,
        kind=options.kind,
        array=options.array,
        name=options.name,
        weights=options.weights,
        seed=None if options.untrained else seed,
    )
    _write(imported, folder, json_output)


def _write(imported: ImportedGenotype, output: Path, json_output: bool) -> None:
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
