"""Zip files (.npz, .pt): entries changed under a right checksum, left out, twice, elsewhere; sizes that lie; bombs."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from random import Random

from fuzz.mutators.bombs import deflated
from fuzz.mutators.lift import Change
from fuzz.mutators.values import text
from fuzz.reader import NotApplicableError

LARGE = 1 << 24
"""Zips that hold more are what a mutation made of one; they are not unpacked again."""
Entries = list[tuple[str, bytes]]


def within_zip(change: Change, *suffixes: str) -> Change:
    """A change of one entry's content, of those whose names end so."""

    def zip_entry(content: bytes, rng: Random) -> bytes:
        entries, method = _entries(content)
        fitting = [at for at, (name, _) in enumerate(entries) if name.endswith(suffixes or ("",))]
        if not fitting:
            raise NotApplicableError
        at = rng.choice(fitting)
        entries[at] = entries[at][0], change(entries[at][1], rng)
        return _pack(entries, method)

    zip_entry.__qualname__ = f"zip_{getattr(change, '__qualname__', 'entry')}"
    return zip_entry


def zip_entries(content: bytes, rng: Random) -> bytes:
    """Entries left out, twice, renamed, in another order, swapped, or packed otherwise."""
    entries, method = _entries(content)
    if not entries:
        raise NotApplicableError
    at, change = rng.randrange(len(entries)), rng.randrange(7)
    name, inner = entries[at]
    if change == 0:
        del entries[at]
    elif change == 1:
        entries.append((name, rng.choice((inner, b"", inner[: len(inner) // 2]))))
    elif change == 2:
        entries[at] = rng.choice((text(rng, name)[:60_000], f"../{name}", f"/{name}", name.upper(), f"x/{name}")), inner
    elif change == 3:
        rng.shuffle(entries)
    elif change == 4:
        entries[at] = name, rng.choice(entries)[1]
    elif change == 5:
        entries.append((rng.choice(("extra.npy", "extra", "a/", "x" * 1000)), rng.choice((inner, b"", b"x"))))
    else:
        method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    return _pack(entries, method)


def zip_container(content: bytes, rng: Random) -> bytes:
    """Flags, methods, sizes and checksums in the directory that do not say what is there; one entry a bomb."""
    entries, _ = _entries(content)
    if not entries:
        raise NotApplicableError
    if rng.random() < 0.15:
        return _with_bomb(entries, rng.randrange(len(entries)))
    directory = content.rfind(b"PK\x01\x02")
    if directory < 0:
        raise NotApplicableError
    # Offsets in a directory entry: flags, method, checksum, packed size, size, name length, offset of the entry.
    at, size = rng.choice(((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (42, 4)))
    value = rng.choice((0, 1, 8, 12, 14, 99, 2**16 - 1, 2**31, 2**32 - 1, 2**30 * 3)) % (1 << (8 * size))
    place = directory + at
    return content[:place] + value.to_bytes(size, "little") + content[place + size :]


def check_unpackable(content: bytes) -> None:
    """Raises `NotApplicableError` for what is no zip, or holds too much to be unpacked."""
    _entries(content)


def _with_bomb(entries: Entries, at: int) -> bytes:
    """The zip with zeros without end behind one entry's first bytes; an array's header says as much."""
    name, inner = entries[at]
    head = inner[:128]
    if inner[:6] == b"\x93NUMPY":
        said = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({3 << 29},), }}".ljust(117) + "\n"
        head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said.encode()
    stream, size = deflated(head)
    rest = [entry for number, entry in enumerate(entries) if number != at]
    packed = io.BytesIO(_pack(rest, zipfile.ZIP_STORED))
    with zipfile.ZipFile(packed, "a") as archive:
        info = zipfile.ZipInfo(name)
        archive.writestr(info, stream)  # stored, and then said to be deflated
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, size
    found = bytearray(packed.getvalue())
    local = archive.getinfo(name).header_offset
    found[local + 8 : local + 10] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    found[local + 22 : local + 26] = struct.pack("<I", size % 2**32)
    return bytes(found)


def _entries(content: bytes) -> tuple[Entries, int]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > LARGE:
                raise NotApplicableError
            return [(info.filename, archive.read(info)) for info in infos], infos[0].compress_type if infos else 0
    except NotApplicableError:
        raise
    except Exception as error:  # any broken file: there is nothing to change
        raise NotApplicableError from error


def _pack(entries: Entries, method: int) -> bytes:
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as archive:
        warnings.simplefilter("ignore")  # names that stand twice are meant
        for name, inner in entries:
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode())
            info.compress_type = method
            archive.writestr(info, inner)
    return packed.getvalue()
