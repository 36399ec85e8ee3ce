"""Values at the ends of what a field can hold, and of other types than it wants."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

WHOLE = (
    *(
        -1,
        0,
        1,
        2,
        3,
        7,
        8,
        9,
        15,
        16,
        31,
        32,
        33,
        63,
        64,
        127,
        128,
        129,
        255,
        256,
        4095,
        4096,
        32767,
        32768,
        65535,
        65536,
    ),
    *(10**6, 2**24, 2**31 - 1, 2**31, 2**32, 10**9, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**31), -(2**63), -(10**9)),
    *(10**30, 10**400),
)
REAL = (
    *(
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        1 + 2**-52,
        0.1,
        2.5,
        5e-324,
        1e-310,
        1e-30,
        1e-9,
        1e9,
        1e16,
        1e30,
        1e300,
        -1e300,
    ),
    *(1.7976931348623157e308, float("nan"), float("inf"), float("-inf")),
)
TEXTS = (
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "3",
        "1.5",
        "true",
        "null",
        "NaN",
        "1e999",
        "0x10",
        "a",
        "A",
        "none",
        "s0",
        "n0",
        "input",
    ),
    *(
        "../../etc/passwd",
        "/dev/zero",
        "/etc/passwd",
        ".",
        "..",
        "a/b",
        "a\\b",
        "con",
        "-",
        "--help",
        "~",
        "$HOME",
        "%s%n",
        "{0}",
    ),
    *(
        "[bold]",
        "[/]",
        "[red]x[/red]",
        "a[/b]",
        "[link=x]",
        "\x1b]0;title\x07",
        "\x1b[2J\x1b[H",
        "\x9b31m",
        "a\nb",
        "a\rb",
        "\t",
        "\x00",
    ),
    *(
        "\ud800",
        "\udcff",
        "\u202eabc",
        "\ufeff",
        "\u0301",
        "名前",
        "😀",
        "é",
        "__class__",
        "<script>alert(1)</script>",
        "'",
        '"',
    ),
    *("a" * 65, "a" * 256, "a" * 70_000, "9" * 5000),
)


def whole(rng: Random, near: int = 0) -> int:
    """A whole number: at the end of a range, or near another."""
    if rng.random() < 0.4:
        return rng.choice((near - 1, near + 1, -near, near * 2, near * 1000, near + rng.randint(-10, 10)))
    return rng.choice(WHOLE)


def real(rng: Random, near: float = 0.0) -> float:
    """A floating point number: special, or near another."""
    if rng.random() < 0.3:
        return rng.choice((near * 2, -near, near / 3, near * (1 + 1e-9), near + 1, near * 1e6))
    return rng.choice(REAL)


def text(rng: Random, near: str = "") -> str:
    """A text: hostile, or another with a change."""
    if near and rng.random() < 0.5:
        at = rng.randrange(len(near) + 1)
        return rng.choice(
            (near[:at] + near[at + 1 :], near[:at] + rng.choice(TEXTS[:70]) + near[at:], near * 2, near.upper())
        )
    return rng.choice(TEXTS)


def alike(value: object, rng: Random) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return whole(rng, value)
    if isinstance(value, float):
        return real(rng, value)
    if isinstance(value, str):
        return text(rng, value)
    return other(rng)


def other(rng: Random) -> Any:
    """A value of any type."""
    kind = rng.randrange(10)
    if kind < 3:
        return rng.choice((None, True, False))
    if kind < 6:
        return rng.choice(([], {}, [[]], [None], {"a": 1}, [1, "a"], {"": {}}, [[1], [2, 3]]))
    return rng.choice((whole(rng), real(rng), text(rng)))


def extreme(dtype: np.dtype[Any], rng: Random) -> Any:
    """A number that an array of this type can hold, at an end of its range or no number at all."""
    if dtype.kind == "b":
        return rng.random() < 0.5
    if dtype.kind == "f":
        floats = np.finfo(dtype)
        return rng.choice((floats.min, floats.max, 0.0, 1.0, -1.0, 0.5, 1e-30, np.nan, np.inf, -np.inf))
    whole_numbers = np.iinfo(dtype)
    return rng.choice((whole_numbers.min, whole_numbers.max, 0, 1))


def nested(depth: int) -> Any:
    """A list within a list within a list."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value
