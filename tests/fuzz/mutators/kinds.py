"""What stands where a file should: nothing, a folder, a FIFO, a device, a loop, a Git LFS pointer, a file of other content or name."""

from __future__ import annotations

from random import Random

from fuzz.case import Case, Content, Special
from fuzz.mutators.lift import on
from fuzz.reader import Mutator, NotApplicableError

LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 132735\n"
)
CONTENTS: tuple[Content, ...] = (
    *(
        LFS,
        LFS,
        b"",
        b"\0",
        b"\n",
        b"null",
        b"[]",
        b"{}",
        b"\x89HDF\r\n\x1a\n",
        b"PK\x05\x06" + b"\0" * 18,
        b"\x1f\x8b",
        b"\x93NUMPY",
    ),
    *(
        b"<!DOCTYPE html><html><body>404: Not Found</body></html>",
        b"\x80\x04.",
        b"\xff" * 100,
        b"\0" * 4096,
        b"RIFF",
        b"a,b\n1,2\n",
    ),
    *(
        Special("folder"),
        Special("fifo"),
        Special("link", "/dev/zero"),
        Special("link", "/dev/null"),
        Special("link", "loop"),
    ),
    *(
        Special("link", "missing"),
        Special("sparse", str(1 << 42)),
        Special("sparse", str(1 << 33)),
        Special("link", "/proc/self/mem"),
    ),
)
NAMES = ("n" * 300, "a[b]c[/d]", "\x1b[2Jx", "a\nb", "\udcff\udcfe", "-", " ", "é", "x" * 200, "..", "a\\b")


def kind(*suffixes: str) -> Mutator:
    """Something else in the place of a file."""

    def kind_of_file(case: Case, rng: Random) -> Case:
        names = case.plain(suffixes or ("",))
        if not names:
            raise NotApplicableError
        name = rng.choice(names)
        content = rng.choice(CONTENTS)
        if content == Special("link", "loop"):
            content = Special("link", name.rpartition("/")[2])
        return case.without(name) if rng.random() < 0.08 else case.having(name, content)

    return kind_of_file


def name(*suffixes: str) -> Mutator:
    """A file under another name that ends alike; the reader is given that name if it was given the file."""

    def name_of_file(case: Case, rng: Random) -> Case:
        names = case.plain(suffixes or ("",))
        if not names:
            raise NotApplicableError
        old = rng.choice(names)
        folder, slash, leaf = old.rpartition("/")
        stem, dot, suffix = leaf.rpartition(".")
        new = rng.choice(NAMES)
        if rng.random() < 0.3:
            stem, suffix = leaf[: rng.randrange(len(leaf))], leaf[rng.randrange(len(leaf)) :]
            new, dot = stem, ""
        if new in ("..", ""):
            new = "x"
        return case.renamed(old, f"{folder}{slash}{new}{dot}{suffix}")

    return name_of_file


def files(*suffixes: str) -> Mutator:
    """One file's content in the place of another's, or a file under a second name."""

    def files_swapped(case: Case, rng: Random) -> Case:
        names = case.plain(suffixes or ("",))
        if len(names) < 2:
            raise NotApplicableError
        left, right = rng.sample(names, 2)
        if rng.random() < 0.7:
            return case.having(left, case.bytes_of(right))
        return case.having(f"{right}2", case.bytes_of(right))

    return files_swapped


def everything(*suffixes: str) -> tuple[Mutator, ...]:
    """What any file may suffer: its bytes, its kind, its name."""
    from fuzz.mutators.blobs import BYTES

    return (*(on(change, *suffixes) for change in BYTES), kind(*suffixes), name(*suffixes))
