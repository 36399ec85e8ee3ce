"""Headers of .npy files, and arrays of other types and shapes under a right one."""

from __future__ import annotations

import io
import re
import struct
from random import Random

import numpy as np

from fuzz.mutators.values import extreme, whole
from fuzz.reader import NotApplicableError

DESCRIPTIONS = (
    *(
        "'|O'",
        "'<U10'",
        "'|S5'",
        "'|V8'",
        "'<M8[ns]'",
        "'<m8[s]'",
        "'<c16'",
        "'>i8'",
        "'|b1'",
        "'<f2'",
        "'<f16'",
        "'|i1'",
        "'<u8'",
    ),
    *(
        "'|S0'",
        "'<U0'",
        "'|V0'",
        "'<U100000000'",
        "'garbage'",
        "''",
        "None",
        "5",
        "[]",
        "()",
        "{}",
        "'i'",
        "'<i3'",
        "'<i-4'",
        "'<i99999999999'",
    ),
    *(
        "[('x', '<i2'), ('y', '<i2')]",
        "[('x', '|O')]",
        "[('', '<i2')]",
        "[('x', '<i2'), ('x', '<i2')]",
        "('<i2', (3,))",
        "'<i2,<i2'",
    ),
    *(
        "('<i2', (1000000000,))",
        "'(1000000000,)<i2'",
        "[('a', [('b', [('c', '<i2')])])]",
        "[('x', '<i2', (-1,))]",
        "[['x', '<i2']]",
        "b'<i2'",
    ),
    *(
        "[('x', '<i2', (2, 2))]",
        "{'names': ['x'], 'formats': ['<i2']}",
        "'<M8[99999999999999999999Y]'",
        "1.5",
        "[('\\x1b[2J', '<i2')]",
    ),
)
SHAPES = (
    *(
        "()",
        "(0,)",
        "(-1,)",
        "(1, -1)",
        "(2147483648,)",
        "(4611686018427387904, 4)",
        "(9223372036854775808,)",
        "(10**9,)",
        "(1000000000, 0)",
    ),
    *(
        "(0, 9223372036854775807)",
        "('a',)",
        "(1.5,)",
        "(True,)",
        "5",
        "[5]",
        "(1,)*33",
        str((1,) * 33),
        str((2,) * 40),
        "(1000000000000000000000000000000,)",
    ),
    *("None", "(2, (3, 4))", "({},)", "{}", "(1, 2", "(3000000000,)", "(1 << 40,)", "((),)"),
)
_PART = re.compile(rb"\{.*\}", re.DOTALL)


def npy_header(content: bytes, rng: Random) -> bytes:
    """One entry of the header set to something else, or the header's own size and version."""
    if content[:6] != b"\x93NUMPY" or len(content) < 12:
        raise NotApplicableError
    size, start = (
        (struct.unpack("<H", content[8:10])[0], 10) if content[6] == 1 else (struct.unpack("<I", content[8:12])[0], 12)
    )
    found = _PART.search(content[start : start + size])
    if found is None:
        raise NotApplicableError
    text = _header(found[0].decode("latin-1"), rng).encode("latin-1", "replace")
    version = rng.choice(((1, 0),) * 6 + ((2, 0), (3, 0), (0, 0), (1, 1), (255, 255)))
    length = rng.choice((len(text) + 1,) * 6 + (0, 1, len(text) // 2, 65535, len(text) + 1000))
    packed = (
        struct.pack("<H", min(length, 65535)) if version[0] == 1 else struct.pack("<I", rng.choice((length, 2**32 - 1)))
    )
    return b"\x93NUMPY" + bytes(version) + packed + text + b"\n" + content[start + size :]


def npy_values(content: bytes, rng: Random) -> bytes:
    """Another array under a right header: other types, orders, axes, and values at the ends of their type."""
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except Exception as error:  # any broken file: there is nothing to change
        raise NotApplicableError from error
    if not isinstance(array, np.ndarray):
        raise NotApplicableError
    kind = rng.randrange(6)
    if kind == 0:
        with np.errstate(all="ignore"):
            array = (
                array.astype(
                    rng.choice(("i1", "u1", "i8", "u8", ">i4", "f2", "f4", ">f8", "c8", "?", "S3", "U3", "V2")),
                    casting="unsafe",
                )
                if array.dtype.names is None
                else array
            )
    elif kind == 1:
        array = rng.choice(
            (
                array[None],
                array[..., None],
                array.reshape(-1),
                array[:0],
                np.asfortranarray(array),
                array.T,
                array[..., :1],
            )
        )
    elif array.size and array.dtype.kind in "biuf":
        array = array.copy()
        value = extreme(array.dtype, rng)
        if kind == 2:
            array[...] = value
        else:
            array.reshape(-1)[rng.randrange(array.size)] = value
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _header(text: str, rng: Random) -> str:
    change = rng.randrange(7)
    if change <= 1:
        return re.sub(r"'descr': .*?, 'fort", lambda _: f"'descr': {rng.choice(DESCRIPTIONS)}, 'fort", text)
    if change <= 3:
        return re.sub(r"'shape': .*\)", lambda _: f"'shape': {rng.choice(SHAPES)}", text)
    if change == 4:
        order = rng.choice(("True", "1", "'x'", "None", "[]"))
        return re.sub(r"'fortran_order': \w+", f"'fortran_order': {order}", text)
    if change == 5:
        return rng.choice(
            (
                text.replace("'descr'", "'other'"),
                text[:-1] + ", 'extra': 1}",
                text[:-1] + ", []: 1}",
                text[:-1],
                "{}",
                "[]",
                "",
                "(" * 3000,
                "{'descr': " + "[" * 200,
                "__import__('os').system('true')",
                text.replace("'", '"'),
                text + "\\",
                text[:-1] + ", {}: 2}",
            )
        )
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(("\x00", "é", "'", "(", "L", str(whole(rng))[:40], "\n", "#")) + text[at + 1 :]
