"""What a search writes into its folder, looked at before it begins."""

from __future__ import annotations

from pathlib import Path

from litesnn.compiler.genotype import check_genotype_output
from litesnn.output import check_file
from litesnn.output_kinds import CHECKPOINT, HISTORY, PAGE


def check_search_output(folder: Path) -> None:
    """Refuse a folder that cannot be written, or where other files have the names of those that a search writes (`OutputError`)."""
    check_genotype_output(folder / "genotype.json", weights=False)
    for name, kind in (("history.json", HISTORY), ("report.html", PAGE), ("search.checkpoint", CHECKPOINT)):
        check_file(folder / name, kind)
