"""Attributes of a SANA-FE file as numbers, words and truths; each refuses what it is not, by its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.yaml_text import Node

if TYPE_CHECKING:
    from litesnn.compiler.frontends.sanafe.description import Floats

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_RANGE = re.compile(r"(\d{1,9})(?:\.\.(\d{1,9}))?", re.ASCII)
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}
LARGEST = 1e30


def number(place: Place, value: Node) -> float:
    """A finite number."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or abs(float(value)) > LARGEST:
        place.refuse(f"found {shown(value)}; allowed: a number up to {LARGEST:g} in magnitude")
    return float(value)


def whole(place: Place, value: Node, low: int, high: int) -> int:
    """A whole number within low .. high."""
    found = number(place, value)
    if found != int(found) or not low <= found <= high:
        place.refuse(f"found {shown(value)}; allowed: whole numbers {low} .. {high}")
    return int(found)


def numbers(place: Place, value: Node) -> Floats:
    """A list of finite numbers."""
    if not isinstance(value, list):
        place.refuse(f"found {shown(value)}; allowed: a list of numbers")
    import numpy as np  # options are read without it

    return np.array([number(place, entry) for entry in value], np.float64)


def truth(place: Place, value: Node) -> bool:
    """A truth value."""
    if not isinstance(value, str) or value.lower() not in _TRUTHS:
        place.refuse(f"found {shown(value)}; allowed: true, false")
    return _TRUTHS[value.lower()]


def neuron_range(place: Place, text: str, high: int) -> range:
    """`3` or `0..7`, both ends included, below `high`."""
    match = _RANGE.fullmatch(text)
    if match is None:
        place.refuse(f"found neuron '{brief(text)}'; allowed: a number, or a range FIRST..LAST")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    if not first <= last < high:
        place.refuse(f"found neurons {first}..{last}; allowed: within 0..{high - 1}, the first not above the last")
    return range(first, last + 1)


def flattened(place: Place, value: Node) -> Iterator[tuple[str, Node]]:
    """Entries of a mapping, or of a list of mappings, in their order; an empty text has none."""
    if value == "":
        return
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            place.refuse(f"found {shown(part)}; allowed: a mapping, or a list of mappings")
        yield from part.items()


def mapping(place: Place, value: Node) -> dict[str, Node]:
    """A mapping, or a list of mappings as one, of which a later entry replaces an earlier one."""
    return dict(flattened(place, value))


def entries(place: Place, value: Node) -> list[Node]:
    """A list."""
    if not isinstance(value, list):
        place.refuse(f"found {shown(value)}; allowed: a list")
    return value


def only(place: Place, found: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse names that nobody knows: they could change the network."""
    known = list(allowed)
    unknown = sorted(set(found) - set(known))
    if unknown:
        place.refuse(f"found '{brief(unknown[0])}'; supported: {', '.join(sorted(known))}")


def shown(value: Node) -> str:
    """A node for messages."""
    return brief(value) if isinstance(value, str) and value else "nothing" if value == "" else brief(str(value))
