"""HDF5 files: taken apart into a tree, changed there, and written again; and what only HDF5 can hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import h5py
import numpy as np

from fuzz.mutators.values import real, text, whole
from fuzz.reader import NotApplicableError

Tree = dict[str, Any]
"""Groups are dicts; data sets are arrays, or texts."""
Slot = tuple[Tree, str]


def hdf5_tree(content: bytes, rng: Random) -> bytes:
    """One group or data set changed, left out, moved or repeated."""
    tree = _tree(content)
    slots = list(_slots(tree))
    if not slots:
        raise NotApplicableError
    leaves = [slot for slot in slots if not isinstance(slot[0][slot[1]], dict)]
    group, name = rng.choice(leaves if leaves and rng.random() < 0.75 else slots)
    rng.choice(_CHANGES)(group, name, slots, rng)
    return _file(tree)


def hdf5_special(content: bytes, rng: Random) -> bytes:
    """One data set stored in a way that few files use: links, chunks, filters, virtual and external data, types of its own."""
    tree = _tree(content)
    places = [place for place, value in _places(tree) if not isinstance(value, dict)]
    if not places:
        raise NotApplicableError
    place, store = rng.choice(places), rng.choice(_SPECIAL)
    return _file(tree, place, lambda group, name, value: store(group, name, value, rng))


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
        )
        + (
            np.zeros((1, 1, 1, 1)),
            np.array(2**63, np.uint64),
            np.array([b"ab", b"c"]),
            np.array(["a", "b"], object),
            np.full(3, np.nan),
        )
        + (text(rng), np.array(whole(rng) % 2**63), np.array(real(rng)))
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
    new = _name(rng.choice((text(rng, name), f"{name}2", name.upper(), "0", "10", "01", "n" * 300)))
    group[new] = group.pop(name)


def _repeat(group: Tree, name: str, slots: list[Slot], rng: Random) -> None:
    value = group[name]
    if isinstance(value, np.ndarray) and value.ndim:
        at = rng.randrange(max(1, len(value)))
        group[name] = np.concatenate([value, value[at : at + 1]])
    else:
        group[_name(rng.choice((f"{name}2", "extra", str(rng.randrange(12)))))] = value


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
        flat[rng.randrange(flat.size)] = _storable(rng.choice((text(rng), str(flat[rng.randrange(flat.size)]))))
        group[name] = flat.reshape(value.shape)
    else:
        group[name] = value[rng.sample(range(len(value)), len(value))]


_CHANGES: tuple[Callable[[Tree, str, list[Slot], Random], None], ...] = (
    *(_alike, _alike, _alike, _other, _typed, _shaped, _delete, _rename, _repeat, _swap, _rows),
)


def _soft(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    group[name] = h5py.SoftLink(rng.choice(("/", ".", f"{group.name}/{name}", "/missing", "/node/nodes")))


def _external_link(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    group[name] = h5py.ExternalLink(rng.choice(("/etc/passwd", "/dev/zero", "other.h5", "")), "/a")


def _hard(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    group[name] = rng.choice((group, group.file))


def _external_data(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    group.create_dataset(name, (16,), "u1", external=[(rng.choice(("/etc/passwd", "/dev/zero", "/dev/stdin")), 0, 16)])


def _virtual(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    layout = h5py.VirtualLayout((4,), "i4")
    layout[:] = h5py.VirtualSource(rng.choice(("other.h5", ".", "/dev/zero")), "a", (4,), "i4")
    group.create_virtual_dataset(name, layout)


def _chunked(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    array = np.atleast_1d(value if isinstance(value, np.ndarray) and value.dtype.kind in "iufb" else np.arange(6.0))
    filters = {
        "compression": rng.choice(("gzip", "lzf", None)),
        "shuffle": rng.random() < 0.5,
        "fletcher32": rng.random() < 0.3,
    }
    if array.dtype.kind in "iu" and rng.random() < 0.2:
        filters["scaleoffset"] = 0
    group.create_dataset(name, data=array, chunks=tuple(max(1, side // 2) for side in array.shape), **filters)


def _huge(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    """A declared size that nothing stands behind, or gigabytes of zeros packed small."""
    shape = rng.choice(((10**9,), (2**31, 2**31), (2**40,), (10**5, 10**5), (2**28 + 1,), (3 << 29,)))
    if rng.random() < 0.5:
        group.create_dataset(name, shape, rng.choice(("f8", "u1")))
        return
    chunks = tuple(min(side, 1 << (26 // len(shape))) for side in shape)
    data = group.create_dataset(name, shape, "u1", chunks=chunks, compression="gzip")
    if data.id.get_num_chunks() == 0:
        data[tuple(slice(0, step) for step in chunks)] = 1


def _typed_specially(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    kind = rng.randrange(8)
    if kind == 0:
        group.create_dataset(name, data=np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]))
    elif kind == 1:
        group.create_dataset(name, (2,), h5py.vlen_dtype("i4"))
    elif kind == 2:
        group.create_dataset(name, data=np.array([0, 1], "i1"), dtype=h5py.enum_dtype({"A": 0, "B": 1}, "i1"))
    elif kind == 3:
        group.create_dataset(name, (2,), h5py.ref_dtype)
    elif kind == 4:
        group[name] = np.dtype("f4")
    elif kind == 5:
        group.create_dataset(name, data=h5py.Empty("f8"))
    elif kind == 6:
        group.create_dataset(name, data=np.zeros(2, np.void(b"abcd").dtype))
    else:
        group.create_dataset(name, (2,), np.dtype(("f4", (3,))))


def _texts(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    said = value if isinstance(value, str) else "text"
    kind = rng.randrange(5)
    if kind == 0:
        group.create_dataset(name, data=said.encode("utf-8", "replace"), dtype=h5py.string_dtype("ascii"))
    elif kind == 1:
        group.create_dataset(name, data=np.array(said.encode("utf-8", "replace") or b"x"))
    elif kind == 2:
        group.create_dataset(name, data=b"\xff\xfe\x00", dtype=h5py.string_dtype())
    elif kind == 3:
        group.create_dataset(name, data=[said] * 3, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, (1000, 1000), h5py.string_dtype())


def _deep(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    for _ in range(rng.choice((10, 40, 300))):
        group = group.create_group("g")
    group.create_group(name)


def _many(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    made = group.create_group(name)
    for number in range(rng.choice((50, 3000))):
        made.create_group(str(number))


def _with_attributes(group: h5py.Group, name: str, value: Any, rng: Random) -> None:
    group.attrs["type"] = text(rng).replace("\0", "")[:1000].encode("utf-8", "replace")
    _put(group, name, value)


_SPECIAL: tuple[Callable[[h5py.Group, str, Any, Random], None], ...] = (
    *(
        _soft,
        _external_link,
        _hard,
        _external_data,
        _virtual,
        _chunked,
        _chunked,
        _huge,
        _typed_specially,
        _typed_specially,
    ),
    *(_texts, _texts, _deep, _many, _with_attributes),
)


def _tree(content: bytes) -> Tree:
    def read(group: h5py.Group) -> Tree:
        return {
            name: read(member) if isinstance(member, h5py.Group) else _value(member) for name, member in group.items()
        }

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return read(file)
    except Exception as error:  # any broken file: there is nothing to change
        raise NotApplicableError from error


def _value(data: h5py.Dataset) -> Any:
    if data.size is not None and data.size > 1 << 20:
        raise NotApplicableError
    if h5py.check_string_dtype(data.dtype) is None:
        return np.asarray(data[()])
    found = data[()]
    return (
        found.decode()
        if isinstance(found, bytes)
        else np.array([item.decode() for item in found.ravel()], object).reshape(found.shape)
    )


def _slots(tree: Tree) -> Iterator[Slot]:
    for name, value in tree.items():
        yield tree, name
        if isinstance(value, dict):
            yield from _slots(value)


def _places(tree: Tree, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        yield f"{above}/{name}", value
        if isinstance(value, dict):
            yield from _places(value, f"{above}/{name}")


def _file(tree: Tree, place: str = "", store: Callable[[h5py.Group, str, Any], None] | None = None) -> bytes:
    """The tree as a file; the data set at `place` is left to `store`."""

    def fill(group: h5py.Group, members: Tree, above: str) -> None:
        for name, value in members.items():
            if store is not None and f"{above}/{name}" == place:
                store(group, name, value)
            elif isinstance(value, dict):
                fill(group.create_group(name), value, f"{above}/{name}")
            else:
                _put(group, name, value)

    written = io.BytesIO()
    try:
        with h5py.File(written, "w") as file:
            fill(file, tree, "")
    except (ValueError, TypeError, OSError, RuntimeError, OverflowError, KeyError) as error:  # what HDF5 cannot hold
        raise NotApplicableError from error
    return written.getvalue()


def _put(group: h5py.Group, name: str, value: Any) -> None:
    if isinstance(value, str):
        group.create_dataset(name, data=_storable(value), dtype=h5py.string_dtype())
    elif isinstance(value, np.ndarray) and value.dtype.kind == "O":
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=value)


def _storable(said: str) -> str:
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _name(said: str) -> str:
    return _storable(said).replace("/", "_") or "empty"
