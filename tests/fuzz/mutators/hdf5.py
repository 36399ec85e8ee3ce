"""HDF5 files: one group or data set changed, left out, moved or repeated."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from fuzz.mutators.hdf5_trees import Slot, Tree, file_of, named, slots_of, storable, tree_of
from fuzz.mutators.values import real, text, whole
from fuzz.reader import NotApplicableError


def hdf5_tree(content: bytes, rng: Random) -> bytes:
    """One group or data set changed, left out, moved or repeated."""
    tree = tree_of(content)
    slots = list(slots_of(tree))
    if not slots:
        raise NotApplicableError
    leaves = [slot for slot in slots if not isinstance(slot[0][slot[1]], dict)]
    group, name = rng.choice(leaves if leaves and rng.random() < 0.75 else slots)
    rng.choice(_CHANGES)(group, name, slots, rng)
    return file_of(tree)


def _alike(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    value = group[name]
    if isinstance(value, str):
        group[name] = text(rng, value)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.size:
        value = value.copy()
        fitting: Any = real(rng, float(value.flat[0])) if value.dtype.kind == "f" else whole(rng, int(value.flat[0]))
        with np.errstate(all="ignore"):
            if value.dtype.kind != "f":
                low, high = np.iinfo(value.dtype).min, np.iinfo(value.dtype).max
                fitting = max(low, min(high, fitting))
            value[... if rng.random() < 0.5 else tuple(rng.randrange(side) for side in value.shape)] = fitting
        group[name] = value
    else:
        _other(group, name, slots, rng)


def _other(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    group[name] = rng.choice(
        (
            "text",
            "",
            {},
            {"type": "Input"},
            np.array(1.5),
            np.array(-3),
            np.zeros(0),
            np.zeros((2, 2)),
            np.ones(3),
            np.array(True),
            np.zeros((1, 1, 1, 1)),
            np.array(2**63, np.uint64),
            np.array([b"ab", b"c"]),
            np.array(["a", "b"], object),
            np.full(3, np.nan),
            text(rng),
            np.array(whole(rng) % 2**63),
            np.array(real(rng)),
        )
    )


def _typed(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    value = group[name]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iufb":
        raise NotApplicableError
    with np.errstate(all="ignore"):
        group[name] = value.astype(
            rng.choice(("i1", "u1", "i8", "u8", ">i4", "f2", "f4", ">f8", "?", "S4", "c16", "f16"))
        )


def _shaped(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    value = group[name]
    if not isinstance(value, np.ndarray):
        raise NotApplicableError
    choices = [
        value[None],
        value[..., None],
        value.reshape(-1),
        value.reshape(-1)[:0],
        value.T,
        np.repeat(value.reshape(-1), 3),
    ]
    if value.ndim:
        choices += [value[:1], value[..., :1], np.concatenate([value, value])]
    group[name] = rng.choice(choices)


def _delete(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    del group[name]


def _rename(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    new = named(rng.choice((text(rng, name), f"{name}2", name.upper(), "0", "10", "01", "n" * 300)))
    group[new] = group.pop(name)


def _repeat(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    value = group[name]
    if isinstance(value, np.ndarray) and value.ndim:
        at = rng.randrange(max(1, len(value)))
        group[name] = np.concatenate([value, value[at : at + 1]])
    else:
        group[named(rng.choice((f"{name}2", "extra", str(rng.randrange(12)))))] = value


def _swap(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    other, key = rng.choice(slots)
    if isinstance(other[key], dict) or isinstance(group[name], dict):
        raise NotApplicableError
    group[name], other[key] = other[key], group[name]


def _rows(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    """Rows in another order, or one entry of a list of texts replaced (edges of a graph)."""
    value = group[name]
    if not isinstance(value, np.ndarray) or not value.ndim or not len(value):
        raise NotApplicableError
    value = value.copy()
    if value.dtype.kind == "O":
        flat = value.reshape(-1)
        flat[rng.randrange(flat.size)] = storable(rng.choice((text(rng), str(flat[rng.randrange(flat.size)]))))
        group[name] = flat.reshape(value.shape)
    else:
        group[name] = value[rng.sample(range(len(value)), len(value))]


_CHANGES: tuple[Callable[[Tree, str, list[Slot], Random], None], ...] = (
    *(_alike, _alike, _alike, _other, _typed, _shaped, _delete, _rename, _repeat, _swap, _rows),
)
