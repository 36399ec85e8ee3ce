"""Structure-aware mutations of files: each takes a whole file and a generator, and gives a broken or hostile relative of it.

Deterministic by the generator's seed. A mutation knows the format's outer form (lengths, checksums, headers are made to fit), so
that what is broken lies deep enough to pass a reader's first check.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]
NUMBERS: tuple[Any, ...] = (
    *(-1, 0, 1, 2, 255, 256, 2**15, 2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30),
    *(0.5, -0.0, 1e-320, 1e300, -1e300),
)
VALUES: tuple[Any, ...] = (
    *NUMBERS,
    None,
    True,
    False,
    "",
    "x",
    "é\x00",
    "[/b]",
    [],
    {},
    [0],
    [[]],
    {"a": 1},
    "9" * 400,
)
JSON_TEXTS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "9" * 5000,
    '"\\ud800"',
    "[" * 500 + "]" * 500,
    '{"a":1,"a":2}',
    "01",
)
BYTES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


def mutants(content: bytes, mutation: Mutation, count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` relatives of a file."""
    for number in range(count):
        yield mutation(content, np.random.default_rng((seed, number)))


def any_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three changes anywhere: a bit, a byte, a run, a field of 2 to 8 bytes, a cut, a repetition."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        if not changed:
            return b"\0"
        at, length = int(rng.integers(len(changed))), int(rng.integers(1, 33))
        match int(rng.integers(7)):
            case 0:
                changed[at] ^= 1 << int(rng.integers(8))
            case 1:
                changed[at] = BYTES[rng.integers(len(BYTES))]
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length]
            case 4:
                width = int(rng.choice((2, 4, 8)))
                changed[at : at + width] = bytes([BYTES[rng.integers(len(BYTES))]]) * width
            case 5:
                del changed[at:]
            case _:
                changed[at : at + length] = rng.bytes(length)
    return bytes(changed)


def json_document(content: bytes, rng: np.random.Generator) -> bytes:
    """A value of another type or size, a missing, doubled or unknown name, or text that is no JSON, somewhere in the tree."""
    document = json.loads(content)
    for _ in range(rng.integers(1, 3)):
        document = _changed_tree(document, rng)
    text = json.dumps(document)
    if rng.random() < 0.15:
        marks = [i for i, character in enumerate(text) if character in "0123456789"]
        if marks:
            at = marks[rng.integers(len(marks))]
            text = text[:at] + JSON_TEXTS[rng.integers(len(JSON_TEXTS))] + text[at + 1 :]
    return text.encode("utf-8", "surrogatepass")


def _changed_tree(document: Any, rng: np.random.Generator) -> Any:
    places = list(_places(document))
    if not places:
        return VALUES[rng.integers(len(VALUES))]
    holder, key = places[rng.integers(len(places))]
    match int(rng.integers(6)):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}x"] = holder[key]
        case 2 if isinstance(holder, list):
            holder.append(holder[key])
        case 3:
            other, name = places[rng.integers(len(places))]
            holder[key] = json.loads(json.dumps(other[name]))
        case 4 if isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
            holder[key] = NUMBERS[rng.integers(len(NUMBERS))]
        case _:
            holder[key] = VALUES[rng.integers(len(VALUES))]
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield document, key
        if isinstance(value, dict | list):
            yield from _places(value)


_NPY_PARTS: dict[str, tuple[str, ...]] = {
    "descr": ("'|O'", "'<f8'", "'>i4'", "'<U3'", "'|V8'", "'<c16'", "'|b1'", "[('a', '<i2')]", "[]", "1", "'<i3'", "'<f16'", "'x'"),
    "fortran_order": ("True", "None", "1", "'no'"),
    "shape": ("()", "(0,)", "(-1,)", "(1.5,)", "(10**9,)", "(3L,)", "(99999999999999999999,)", "(0, 4611686018427387905)",
              "(4611686018427387904, 4)", "(" + "1," * 33 + ")", "5", "[2]", "(True,)", "('a',)"),
}  # fmt: skip
_NPY_LINES = (
    "{[]: 1}",
    "{",
    "",
    "None",
    "{'descr': '<i8', 'shape': (1L,",
    "[" * 2000,
    "-" * 9000 + "1",
    "\xff",
    "{1: 2}",
)


def npy(content: bytes, rng: np.random.Generator) -> bytes:
    """A header that says something else with its length corrected, another version, or values cut and changed."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    header = {"descr": f"'{array.dtype.str}'", "fortran_order": "False", "shape": str(array.shape)}
    values = array.tobytes()
    kind = rng.random()
    if kind < 0.2:
        return any_bytes(content, rng)
    if kind < 0.3:
        values = any_bytes(values, rng)
    if kind < 0.75:
        name = ("descr", "fortran_order", "shape")[rng.integers(3)]
        choices = _NPY_PARTS[name]
        header[name] = choices[rng.integers(len(choices))]
        if rng.random() < 0.1:
            del header[name]
    line = "{" + ", ".join(f"'{name}': {value}" for name, value in header.items()) + ", }"
    if kind >= 0.9:
        line = _NPY_LINES[rng.integers(len(_NPY_LINES))]
    version = (1, 0) if kind < 0.8 else ((2, 0), (3, 0), (4, 0), (0, 0))[rng.integers(4)]
    raw = line.encode("latin-1") + b"\n"
    length = len(raw) if rng.random() < 0.9 else int(rng.choice((0, 1, 65535, len(raw) + 5)))
    width = 2 if version[0] == 1 else 4
    return b"\x93NUMPY" + bytes(version) + length.to_bytes(width, "little") + raw + values


def zipped(inner: Mutation) -> Mutation:
    """Members of an archive mutated and packed again, a member twice, missing, or the archive's own bytes changed."""

    def mutated(content: bytes, rng: np.random.Generator) -> bytes:
        if rng.random() < 0.3:
            return any_bytes(content, rng)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        at = int(rng.integers(len(members)))
        name, data = members[at]
        match int(rng.integers(8)):
            case 0:
                del members[at]
            case 1:
                members.append((name, data))
            case 2:
                members[at] = (f"{name}x", data)
            case _:
                members[at] = (name, inner(data, rng))
        sink = io.BytesIO()
        method = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)[
            int(rng.choice((0, 0, 0, 1, 2, 3)))
        ]
        with zipfile.ZipFile(sink, "w", method) as archive:
            for name, data in members:
                archive.writestr(zipfile.ZipInfo(name), data, method)
        return sink.getvalue()

    return mutated


def safetensors(content: bytes, rng: np.random.Generator) -> bytes:
    """The header mutated as JSON with its length corrected, or any bytes."""
    if rng.random() < 0.25:
        return any_bytes(content, rng)
    length = int.from_bytes(content[:8], "little")
    header = json_document(content[8 : 8 + length], rng)
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def with_header(length: int) -> Mutation:
    """Most changes within the first `length` bytes: fields of numbers set to their ends; for wav, IDX and the like."""

    def mutated(content: bytes, rng: np.random.Generator) -> bytes:
        if rng.random() < 0.25:
            return any_bytes(content, rng)
        changed = bytearray(content)
        for _ in range(rng.integers(1, 3)):
            width = int(rng.choice((1, 2, 4)))
            at = int(rng.integers(max(1, min(length, len(changed)) - width)))
            value = int(rng.choice((0, 1, 2, 3, 7, 255, 65534, 65535, 2**31, 2**32 - 1))) % 256**width
            changed[at : at + width] = value.to_bytes(width, "little" if rng.random() < 0.5 else "big")
        return bytes(changed)

    return mutated


def checkpoint(content: bytes, rng: np.random.Generator) -> bytes:
    """The state in a checkpoint's header mutated as JSON, or the file as any safetensors."""
    if rng.random() < 0.4:
        return safetensors(content, rng)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    ((name, text),) = header["__metadata__"].items()
    document = json.loads(text)
    at = rng.choice(("state", "identity", "version"), p=(0.8, 0.1, 0.1))
    changed = json_document(json.dumps({at: document[at]}).encode(), rng).decode(errors="replace")
    rest = json.dumps({key: value for key, value in document.items() if key != at})
    header["__metadata__"][name] = changed[:-1] + ", " + rest[1:]
    raw = json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + content[8 + length :]
