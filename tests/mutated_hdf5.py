"""Structure-aware mutations of HDF5 network files (.net, .nir): one thing changed, chosen by a seed, the rest as it was.

`mutated(document, seed)` gives the name of the mutation and the changed bytes; the same seed gives the same bytes. What a reader
owes each of them: the network, or an error of ours that names the place, in bounded time and memory.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

Rng = np.random.Generator
BOUNDS = (0, 1, -1, 2, 127, 128, 255, 256, 4095, 4096, 4097, 2**15, 2**16, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 0.5,
          -0.0, 1e-310, 1e308, np.inf, -np.inf, np.nan)  # fmt: skip
TYPES = ("f2", "f4", "f8", ">f8", "i1", "u1", "i2", ">i4", "i8", "u8", "?", "c8", "S10")
TEXTS = ("", "x", "dense", "LIF", "subtract", "\x1b[31m", "[bold]", "ä" * 70, "y" * 70_000, "NIRGraph")
NAMES = (
    "copy",
    "layer",
    "0",
    "1",
    "9",
    "bias",
    "delay",
    "delay_rec",
    "bias_rec",
    "weight",
    "metadata",
    "x" * 300,
    "bell\a",
    "..",
    "é",
)


@dataclass(frozen=True)
class Mutation:
    """`name` of what was done, `place` in the file where it was, `document` the bytes."""

    name: str
    place: str
    document: bytes


def mutated(document: bytes, seed: int, only: str | None = None) -> Mutation:
    """One mutation; `only` names it, else the seed chooses."""
    rng = np.random.default_rng(seed)
    names = [*TREE_MUTATIONS, *DATA_MUTATIONS, *BYTE_MUTATIONS]
    name = only or names[int(rng.integers(len(names)))]
    if name in BYTE_MUTATIONS:
        return Mutation(name, "", BYTE_MUTATIONS[name](document, rng))
    buffer = io.BytesIO(document)
    with h5py.File(buffer, "r+") as file:
        places: list[str] = []
        file.visit(places.append)
        wanted = [p for p in places if name in TREE_MUTATIONS or isinstance(file[p], h5py.Dataset)]
        place = wanted[int(rng.integers(len(wanted)))]
        change = TREE_MUTATIONS.get(name) or DATA_MUTATIONS[name]
        change(file, place, rng)
    return Mutation(name, place, buffer.getvalue())


def _put(file: h5py.File, place: str, value: Any, **more: Any) -> None:
    if place in file:
        del file[place]
    file.create_dataset(place, data=value, **more)


def _values(file: h5py.File, place: str) -> np.ndarray:
    """A data set's values as numbers, whatever it holds."""
    data = file[place]
    found = np.zeros(3) if data.shape is None else np.asarray(data[()])
    return found.astype(np.float64) if found.dtype.kind in "biuf" else np.arange(4.0)


def _boundary(file: h5py.File, place: str, rng: Rng) -> None:
    values = _values(file, place)
    bound = BOUNDS[int(rng.integers(len(BOUNDS)))]
    if rng.random() < 0.5 or not values.size:
        values = np.full(values.shape, bound)
    else:
        values = values.copy()
        values.flat[int(rng.integers(values.size))] = bound
    _put(file, place, values if isinstance(bound, float) else values.astype(object).astype(np.float64))


def _integer(file: h5py.File, place: str, rng: Rng) -> None:
    shape = _values(file, place).shape
    _put(file, place, rng.integers(-(2**63), 2**63 - 1, shape) >> int(rng.integers(0, 62)))


def _type(file: h5py.File, place: str, rng: Rng) -> None:
    with np.errstate(all="ignore"):
        _put(file, place, _values(file, place).astype(TYPES[int(rng.integers(len(TYPES)))]))


def _text(file: h5py.File, place: str, rng: Rng) -> None:
    text = TEXTS[int(rng.integers(len(TEXTS)))]
    kind = int(rng.integers(4))
    if kind == 0:
        _put(file, place, text, dtype=h5py.string_dtype())
    elif kind == 1:
        _put(file, place, np.bytes_(text.encode()[:100] or b"\0"))
    elif kind == 2:
        _put(file, place, np.array([text] * int(rng.integers(1, 5)), object), dtype=h5py.string_dtype())
    else:
        _put(file, place, np.void(b"\xff\xfe" + text.encode()[:40]))


def _strange_type(file: h5py.File, place: str, rng: Rng) -> None:
    kind = int(rng.integers(9))
    if place in file:
        del file[place]
    if kind == 0:
        file.create_dataset(place, data=np.zeros(2, [("a", "i4"), ("b", "f8", (3,))]))
    elif kind == 1:
        file.create_dataset(place, data=np.array([file.ref] * 2, h5py.ref_dtype), dtype=h5py.ref_dtype)
    elif kind == 2:
        file.create_dataset(place, (2,), dtype=h5py.regionref_dtype)
    elif kind == 3:
        data = file.create_dataset(place, (3,), dtype=h5py.vlen_dtype(np.int32))
        data[0] = np.arange(int(rng.integers(0, 1000)))
    elif kind == 4:
        file.create_dataset(place, data=np.zeros(3, "i1"), dtype=h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="i1"))
    elif kind == 5:
        file.create_dataset(place, (2,), dtype=np.dtype(("i4", (3,))))
    elif kind == 6:
        file.create_dataset(place, data=np.zeros(2, "V7"))
    elif kind == 7:
        file.create_dataset(place, data=np.zeros(2, np.longdouble))
    else:
        file[place] = np.dtype("f8")  # a named type


def _shape(file: h5py.File, place: str, rng: Rng) -> None:
    values = _values(file, place)
    kind = int(rng.integers(8))
    shapes: list[Callable[[], np.ndarray]] = [
        lambda: values.reshape(-1),
        lambda: values.T,
        lambda: values[None],
        lambda: values.reshape(-1)[:-1],
        lambda: np.zeros((0, *values.shape[1:])),
        lambda: values.reshape((1,) * 24 + values.shape),
        lambda: np.concatenate([values.reshape(-1), values.reshape(-1)]),
        lambda: np.asarray(values.reshape(-1)[0] if values.size else 0.0),
    ]
    _put(file, place, shapes[kind]())


def _null(file: h5py.File, place: str, rng: Rng) -> None:
    _put(file, place, h5py.Empty(("f4", "i8", "?", h5py.string_dtype())[int(rng.integers(4))]))


def _storage(file: h5py.File, place: str, rng: Rng) -> None:
    """The same values stored in another way: chunks, filters, a fill value, growing."""
    values = _values(file, place)
    if not values.ndim:
        values = values.reshape(1)
    options: list[dict[str, Any]] = [
        {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}, {"fletcher32": True}, {"scaleoffset": 2},
        {"chunks": (1,) * values.ndim}, {"maxshape": (None,) * values.ndim}, {"fillvalue": 7.0, "chunks": True},
    ]  # fmt: skip
    if values.size and values.size < 5000:
        _put(file, place, values, **options[int(rng.integers(len(options)))])


def _huge(file: h5py.File, place: str, rng: Rng) -> None:
    """Declared large, stored small."""
    kind = int(rng.integers(6))
    if place in file:
        del file[place]
    if kind == 0:
        file.create_dataset(place, (2 ** int(rng.integers(20, 60)),), "i1", chunks=(2**16,), compression="gzip")
    elif kind == 1:
        file.create_dataset(place, (2**20, 2**20), "f8")
    elif kind == 2:
        file.create_dataset(place, (1,), "f8", chunks=(2**27,), maxshape=(None,))
    elif kind == 3:
        data = file.create_dataset(place, (64,), "f8", chunks=(64,), compression="gzip")
        data.id.write_direct_chunk((0,), zlib.compress(bytes(2**24), 9))
    elif kind == 4:
        file.create_dataset(place, (2**30,), dtype=h5py.string_dtype(), chunks=(2**10,))
    else:
        file.create_dataset(place, (2**28,), "f4", chunks=(2**20,), compression="gzip")


def _elsewhere(file: h5py.File, place: str, rng: Rng) -> None:
    """Data in other files."""
    if place in file:
        del file[place]
    if rng.random() < 0.5:
        name = ("missing.bin", "/dev/zero", "/etc/hostname")[int(rng.integers(3))]
        file.create_dataset(place, (4,), "f4", external=[(name, 0, 16)])
    else:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("/etc/hostname", "x", (4,))
        file.create_virtual_dataset(place, layout)


def _delete(file: h5py.File, place: str, rng: Rng) -> None:
    del file[place]


def _duplicate(file: h5py.File, place: str, rng: Rng) -> None:
    above = file[place].parent
    name = NAMES[int(rng.integers(len(NAMES)))]
    if name not in above:
        file.copy(file[place], above, name)


def _rename(file: h5py.File, place: str, rng: Rng) -> None:
    name = NAMES[int(rng.integers(len(NAMES)))]
    if name not in file[place].parent:
        file.move(place, f"{file[place].parent.name}/{name}")


def _swap(file: h5py.File, place: str, rng: Rng) -> None:
    """Exchange with a sibling."""
    siblings = [f"{file[place].parent.name.strip('/')}/{name}".strip("/") for name in file[place].parent]
    other = siblings[int(rng.integers(len(siblings)))]
    if other != place:
        file.move(place, "swapped")
        file.move(other, place)
        file.move("swapped", other)


def _link(file: h5py.File, place: str, rng: Rng) -> None:
    """A soft, external or hard link in the place of a member; some go in circles."""
    above = file[place].parent.name
    target = (place, "/", above, "/missing")[int(rng.integers(4))]
    del file[place]
    kind = int(rng.integers(3))
    if kind == 0:
        file[place] = h5py.SoftLink(target)
    elif kind == 1:
        file[place] = h5py.ExternalLink(("missing.h5", "/dev/zero", "/etc/hostname")[int(rng.integers(3))], target)
    else:
        file[place] = file[above]


def _other_kind(file: h5py.File, place: str, rng: Rng) -> None:
    """A group where a data set stood, or the other way round; groups may nest deeply."""
    group = isinstance(file[place], h5py.Group)
    del file[place]
    if group:
        file[place] = rng.integers(-3, 9, int(rng.integers(0, 4)))
    else:
        file.create_group(place + "/real" * int(rng.integers(1, 40)))


def _more(file: h5py.File, place: str, rng: Rng) -> None:
    """One more member beside it, or an attribute."""
    if rng.random() < 0.2:
        file[place].attrs["dt"] = 3.0
        return
    name = ("refractory", "delay_rec", "bias_rec", "dt", "reset", "mask")[int(rng.integers(6))]
    if name not in file[place].parent:
        file[place].parent[name] = rng.integers(-3, 9, int(rng.integers(1, 4)))


def _crowd(file: h5py.File, place: str, rng: Rng) -> None:
    for i in range(int(rng.integers(10, 300))):
        file[f"{file[place].parent.name}/crowd{i}"] = 1


def _truncated(document: bytes, rng: Rng) -> bytes:
    return document[: int(rng.integers(len(document)))]


def _flipped(document: bytes, rng: Rng) -> bytes:
    changed = bytearray(document)
    for _ in range(int(rng.integers(1, 9))):
        changed[int(rng.integers(len(changed)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _overwritten(document: bytes, rng: Rng) -> bytes:
    """A run of bytes set to one value, most often in the header and the first objects."""
    changed = bytearray(document)
    start = int(rng.integers(min(len(changed), 4096) if rng.random() < 0.7 else len(changed)))
    size = int(rng.integers(1, 64))
    changed[start : start + size] = bytes([(0, 255, 127, 1)[int(rng.integers(4))]]) * len(changed[start : start + size])
    return bytes(changed)


def _moved(document: bytes, rng: Rng) -> bytes:
    """A run of bytes cut out and put elsewhere."""
    a, b = sorted(int(i) for i in rng.integers(0, len(document), 2))
    b = min(b, a + 4096)
    at = int(rng.integers(len(document)))
    rest = document[:a] + document[b:]
    return rest[:at] + document[a:b] + rest[at:]


DataMutation = Callable[[h5py.File, str, Rng], None]
# Mutations of a data set's value, type, shape or storage.
DATA_MUTATIONS: dict[str, DataMutation] = {
    "boundary": _boundary, "integer": _integer, "type": _type, "text": _text, "strange type": _strange_type, "shape": _shape,
    "null": _null, "storage": _storage, "huge": _huge, "elsewhere": _elsewhere,
}  # fmt: skip
# Mutations of any member of the tree.
TREE_MUTATIONS: dict[str, DataMutation] = {
    "delete": _delete, "duplicate": _duplicate, "rename": _rename, "swap": _swap, "link": _link, "other kind": _other_kind,
    "more": _more, "crowd": _crowd,
}  # fmt: skip
# Mutations of the file's bytes.
BYTE_MUTATIONS: dict[str, Callable[[bytes, Rng], bytes]] = {
    "truncated": _truncated, "flipped": _flipped, "overwritten": _overwritten, "moved": _moved,
}  # fmt: skip
