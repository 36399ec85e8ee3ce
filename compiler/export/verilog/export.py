"""Export of the chip: cores in SystemVerilog that run the program's image, the tables of each, and a testbench."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from litesnn.base.errors import ExportError
from litesnn.base.output_folder import FolderKind
from litesnn.compiler.export.exported import Exported
from litesnn.compiler.export.verilog.board import refuse_too_large
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.memories import block_ram, chip_block_ram, memories
from litesnn.compiler.export.verilog.refusals import hardware_image
from litesnn.compiler.export.verilog.sizes import Sizes
from litesnn.compiler.export.verilog.sources import MODULES, PACKAGE, TESTBENCH, module_files
from litesnn.compiler.export.verilog.tables import core_folder, core_tables
from litesnn.compiler.graph.kinds.document import Document
from litesnn.compiler.image.documents import Digest
from litesnn.compiler.program import Program
from litesnn.reading import Kind, parse_json, read_file

INDEX = "chip.json"
_INDEX = Kind(ExportError, "chip", 2**24)


class ChipDocument(Document):
    """chip.json: what the folder holds.

    `sources` are in the order in which tools read them; `sizes` are those of `image_pkg.sv`.
    """

    format: Literal["litesnn.chip"] = "litesnn.chip"
    version: Literal[1] = 1
    name: str
    profile: str
    cores: Annotated[int, Field(ge=1)]
    sources: tuple[str, ...]
    testbench: str
    sizes: dict[str, int]
    files: dict[str, Digest]


def export_verilog(program: Program) -> Exported:
    """The files of the chip that runs a program; `chip.json` says what they are.

    Raises
    ------
    ExportError
        Names everything about the program that the cores do not compute; says what of them does not fit the profile's FPGA.
    """
    image = hardware_image(program)
    sizes = Sizes.of(image, program.profile)
    layout = Layout(sizes)
    refuse_too_large(layout, program.profile, program.name)
    files = {PACKAGE: layout.package().encode(), **module_files()}
    for core in range(len(image.cores)):
        for name, content in core_tables(image, core, layout).items():
            files[f"{core_folder(core)}/{name}"] = content
    document = ChipDocument(
        name=program.name,
        profile=program.profile.name,
        cores=len(image.cores),
        sources=(PACKAGE, *MODULES),
        testbench=TESTBENCH,
        sizes=asdict(sizes),
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    )
    said = f"{len(image.cores)} core(s); {sizes.neurons:,} neurons, {sizes.words:,} words and {sizes.slots} delay slots in each"
    blocks, bits = block_ram(layout), sum(memory.bits for memory in memories(layout))
    ram = f"memory of a core: {bits:,} bits, up to {blocks} blocks of 18 Kbit; of the chip: {chip_block_ram(layout)}"
    there = program.profile.fpga.block_rams.value
    held = "" if there is None else f" of {there} on {program.profile.name}"
    notes = (said, ram + held, "docs/hardware.md: how to simulate and synthesize them")
    return Exported({INDEX: _index(document), **files}, notes)


def chip_layout(exported: Exported) -> Layout:
    """The sizes of a chip that `export_verilog` wrote."""
    return Layout(Sizes(**ChipDocument.model_validate_json(exported.files[INDEX]).sizes))


def with_file(exported: Exported, name: str, content: bytes, note: str) -> Exported:
    """A chip with one more file, and what is to be said of it."""
    document = ChipDocument.model_validate_json(exported.files[INDEX])
    listed = document.model_copy(update={"files": {**document.files, name: hashlib.sha256(content).hexdigest()}})
    return Exported({**exported.files, INDEX: _index(listed), name: content}, (*exported.notes, note))


def _index(document: ChipDocument) -> bytes:
    return (json.dumps(document.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode()


def _listed(root: Path) -> dict[str, str]:
    place = str(root / INDEX)
    raw = parse_json(read_file(root / INDEX, _INDEX), place, ExportError)
    if not isinstance(raw, dict) or raw.get("format") != "litesnn.chip":
        raise ExportError(f"{place}: not a 'litesnn.chip'")
    try:
        return ChipDocument.model_validate_json(json.dumps(raw)).files
    except ValidationError as error:
        first = error.errors()[0]
        raise ExportError(f"{place}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


CHIP_FOLDER = FolderKind(
    name="a chip of LiteSNN",
    directory="the chip's directory",
    error=ExportError,
    manifest=INDEX,
    files=_listed,
)
