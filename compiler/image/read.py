"""An image read from its files: bounded by their size, and refused where parts do not fit together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from litesnn.base.errors import ProgramError
from litesnn.base.output_folder import FolderKind
from litesnn.compiler.encoding import ENCODINGS, MemoryImage, Register
from litesnn.compiler.graph.kinds.document import Document
from litesnn.compiler.image.documents import CoreDocument, ImageDocument
from litesnn.compiler.image.files import COUNT, INDEX, INPUT, READ, READER, ROUTE, SIGNED, WRITE, core_name, tables
from litesnn.compiler.image.model import CoreImage, Group, Image, Ints, Sender
from litesnn.compiler.image.problems import image_problems
from litesnn.reading import Kind, parse_json, read_file

_FILE = Kind(ProgramError, limit=2**31, hint="larger than any core's memory")
_INDEX = Kind(ProgramError, "image", 2**26)
Parsed = TypeVar("Parsed", bound=Document)


def load_image(directory: str | os.PathLike[str]) -> Image:
    """The image in a folder.

    Raises
    ------
    ProgramError
        As `read_image`, and for files that are missing, altered, or outside the folder.
    """
    root = Path(directory)
    index = read_file(root / INDEX, _INDEX)
    names = _index(index, str(root / INDEX)).files
    for name in set(names) - _names(len(names)):
        raise ProgramError(f"{root / INDEX}: file '{name}' is none of an image's; refused")
    return read_image({INDEX: index, **{name: read_file(root / name, _FILE) for name in names}})


def read_image(files: Mapping[str, bytes]) -> Image:
    """The image of `image_files`, by the names they have there.

    Raises
    ------
    ProgramError
        For files that are missing or altered, of another format or version, and for tables that do not fit together.
    """
    if INDEX not in files:
        raise ProgramError(f"{INDEX} is missing")
    document = _index(files[INDEX], INDEX)
    wanted = [
        INPUT,
        *(core_name(core, file) for core in range(document.cores) for file in ("memory.json", "memory.bin")),
    ]
    if set(document.files) - {READER} != set(wanted):
        raise ProgramError(f"{INDEX}: files are not those of {document.cores} cores")
    for name, digest in document.files.items():
        if name not in files:
            raise ProgramError(f"{name} is missing")
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ProgramError(f"{name}: wrong SHA-256; the file was changed")
    cores = tuple(_core(files, core, document) for core in range(document.cores))
    image = Image(document, cores, _senders(files[INPUT], document))
    for problem in image_problems(image):
        raise ProgramError(problem)
    return image


def _index(content: bytes, place: str) -> ImageDocument:
    return _parsed(ImageDocument, content, place)


def _parsed(kind: type[Parsed], content: bytes, place: str) -> Parsed:
    raw = parse_json(content, place, ProgramError)
    form, version = (kind.model_fields[name].default for name in ("format", "version"))
    if not isinstance(raw, dict) or (raw.get("format"), raw.get("version")) != (form, version):
        raise ProgramError(f"{place}: not a '{form}' of version {version}")
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProgramError(f"{place}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _core(files: Mapping[str, bytes], core: int, image: ImageDocument) -> CoreImage:
    name = core_name(core, "memory.json")
    document = _parsed(CoreDocument, files[name], name)
    size, binary = document.sections, core_name(core, "memory.bin")
    layout: list[tuple[int, npt.DTypeLike, int]] = [
        (size.words, np.uint8, -(-image.word_bits // 8)),
        (size.lists + 1, COUNT, 1),
        (size.lists + 1, COUNT, 1),
        (size.entries, COUNT, 1),
        (size.axons + 1, COUNT, 1),
        (size.reads, COUNT, READ),
        (size.routes, COUNT, ROUTE),
        (size.parameters, SIGNED, 1),
    ]
    found = tables(files[binary], layout)
    if found is None:
        raise ProgramError(f"{binary}: found {len(files[binary]):,} bytes; memory.json says otherwise")
    words, *rest = found
    pointers, entries, high, axons, reads, routes, parameters = (_ints(table) for table in rest)
    return CoreImage(
        document=document,
        memory=MemoryImage(
            words=words.astype(np.uint8),
            pointers=pointers.ravel(),
            registers=_registers(document, name),
            entry_pointers=entries.ravel(),
            counts_high=high.ravel(),
            header_bits=image.header_bits,
            word_bits=image.word_bits,
        ),
        axons=axons.ravel(),
        reads=reads,
        routes=routes,
        groups=tuple(_groups(document, parameters.ravel(), name)),
    )


def _registers(document: CoreDocument, place: str) -> tuple[Register, ...]:
    if [form.id for form in document.formats] != list(range(1, len(document.formats) + 1)):
        raise ProgramError(f"{place}: formats: ids must be 1, 2, ... in order, each once")
    return tuple(
        Register(
            code=ENCODINGS[form.encoding].code,
            weights=(form.weight_bits, form.sign_mode, form.weight_exp, form.delay_bits),
            prefix_bits=form.prefix_bits,
            index_bits=form.index_bits,
            skip_bits=form.skip_bits,
        )
        for form in document.formats
    )


def _groups(document: CoreDocument, parameters: Ints, place: str) -> Iterator[Group]:
    counts = [entry.channels[1] - entry.channels[0] for entry in document.groups for _ in entry.parameters]
    if min(counts, default=0) < 0 or sum(counts) != len(parameters):
        raise ProgramError(f"{place}: groups have {sum(counts)} parameters; found {len(parameters)}")
    first = 0
    for entry in document.groups:
        held: dict[str, Ints] = {}
        for name in entry.parameters:
            held[name] = parameters[first : first + entry.channels[1] - entry.channels[0]]
            first += len(held[name])
        yield Group(entry, held)


def _senders(content: bytes, document: ImageDocument) -> tuple[Sender, ...]:
    layout: list[tuple[int, npt.DTypeLike, int]] = []
    for sender in document.senders:
        layout += [(sender.routes, COUNT, ROUTE), (sender.writes, COUNT, WRITE)]
    found = tables(content, layout)
    if found is None:
        raise ProgramError(f"{INPUT}: found {len(content):,} bytes; {INDEX} says otherwise")
    parts = [_ints(table) for table in found]
    return tuple(Sender(entry, parts[2 * i], parts[2 * i + 1]) for i, entry in enumerate(document.senders))


def _ints(table: npt.NDArray[np.generic]) -> Ints:
    return table.astype(np.int64)


def _names(files: int) -> set[str]:
    """Names that so many files of an image can have."""
    cores = range(files // 2)
    return {INPUT, READER, *(core_name(core, file) for core in cores for file in ("memory.json", "memory.bin"))}


IMAGE_FOLDER = FolderKind(
    name="an image of LiteSNN",
    directory="the image's directory",
    error=ProgramError,
    manifest=INDEX,
    files=lambda root: _index(read_file(root / INDEX, _INDEX), str(root / INDEX)).files,
)
