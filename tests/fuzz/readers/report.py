"""Reports of programs (report.json), under a right hash: read, shown on a terminal and drawn as a page."""

from __future__ import annotations

from pathlib import Path

from written_genotypes import document

from fuzz.case import Case
from fuzz.mutators.documents import json_document
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.texts import brackets, encoding, json_text, token
from fuzz.reader import DifferentError, Place, Reader
from fuzz.readers import program
from fuzz.repairs import manifest_hashes
from fuzz.use import command
from litesnn.compiler.program import Program

NAME = "report.json"


def seeds(folder: Path) -> list[Case]:
    """A program of a genotype, and one with sigma-delta neurons."""
    return [program.of_genotype(folder, document()), program.of_network(program.networks(folder)[1])]


def use(found: Program, place: Place) -> None:
    """Show it as tables, as JSON and as a page; write the program and read it again."""
    program.check_documents(found, place.path)
    command("info", place.path)
    command("info", place.path, "--json")
    command("report", place.path, "-o", place.scratch / "page.html")
    found.save(place.scratch / "again")
    if Program.load(place.scratch / "again").report != found.report:
        raise DifferentError("a report that was written again is another one")


READER = Reader(
    seeds,
    (
        *(on(json_document, NAME),) * 12,
        *(on(change, NAME) for change in (json_text, token, brackets, encoding)),
        *everything(NAME),
    ),
    program.read,
    use,
    repair=manifest_hashes,
    costly=True,
)
