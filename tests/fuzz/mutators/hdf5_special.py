"""HDF5 files of which one data set is stored in a way that few files use: links, filters, foreign data, types of its own."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import h5py
import numpy as np

from fuzz.mutators.hdf5_trees import file_of, places_of, put, tree_of
from fuzz.mutators.values import text
from fuzz.reader import NotApplicableError


def hdf5_special(content: bytes, rng: Random) -> bytes:
    """One data set stored in a way that few files use: links, chunks, filters, virtual and external data, types of its own."""
    tree = tree_of(content)
    places = [place for place, value in places_of(tree) if not isinstance(value, dict)]
    if not places:
        raise NotApplicableError
    place, store = rng.choice(places), rng.choice(_SPECIAL)
    return file_of(tree, place, lambda group, name, value: store(group, name, value, rng))


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
    filters: dict[str, Any] = {
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
    chunks = tuple(min(side, 1 << (22 // len(shape))) for side in shape)
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
        group.create_dataset(name, (300, 300), h5py.string_dtype())


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
    put(group, name, value)


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
