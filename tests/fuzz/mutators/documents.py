"""Documents of dicts and lists (JSON, TOML), broken field by field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from fuzz.mutators.values import alike, nested, other, text
from fuzz.reader import NotApplicableError

Slot = tuple[Any, Any]
"""A container and the key or index of one of its entries."""


def changed(document: Any, rng: Random) -> Any:
    """A copy of a document with one change, somewhere."""
    document = {"": copy.deepcopy(document)}
    slots = list(_slots(document))
    leaves = [slot for slot in slots if not isinstance(_get(slot), dict | list)]
    slot = rng.choice(leaves if leaves and rng.random() < 0.6 else slots)
    rng.choice(_OPERATIONS)(slot, slots, rng)
    return document.get("")


def json_document(content: bytes, rng: Random) -> bytes:
    """A JSON file with one change of its document."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NotApplicableError from None
    try:
        return (json.dumps(changed(document, rng), indent=1) + "\n").encode()
    except (ValueError, RecursionError):
        raise NotApplicableError from None


def _slots(container: Any) -> Iterator[Slot]:
    for key in list(container) if isinstance(container, dict) else range(len(container)):
        yield container, key
        if isinstance(container[key], dict | list):
            yield from _slots(container[key])


def _get(slot: Slot) -> Any:
    return slot[0][slot[1]]


def _alike(slot: Slot, slots: list[Slot], rng: Random) -> None:
    slot[0][slot[1]] = alike(_get(slot), rng)


def _other(slot: Slot, slots: list[Slot], rng: Random) -> None:
    slot[0][slot[1]] = other(rng)


def _as_text(slot: Slot, slots: list[Slot], rng: Random) -> None:
    value = _get(slot)
    slot[0][slot[1]] = str(value) if not isinstance(value, float | int) or rng.random() < 0.5 else [value]


def _as_float(slot: Slot, slots: list[Slot], rng: Random) -> None:
    value = _get(slot)
    slot[0][slot[1]] = float(value) if isinstance(value, int) and abs(value) < 1e300 else bool(value)


def _delete(slot: Slot, slots: list[Slot], rng: Random) -> None:
    del slot[0][slot[1]]


def _repeat(slot: Slot, slots: list[Slot], rng: Random) -> None:
    container, key = slot
    if isinstance(container, list):
        times = rng.choice((1, 1, 1, 2, 30, 2000))
        container[key:key] = [copy.deepcopy(container[key]) for _ in range(times)]
    else:
        container[rng.choice((f"{key}2", f"{key} ", key.upper(), "extra", text(rng)))] = copy.deepcopy(container[key])


def _shuffle(slot: Slot, slots: list[Slot], rng: Random) -> None:
    value = _get(slot)
    if isinstance(value, list):
        rng.shuffle(value)
    elif isinstance(value, dict):
        slot[0][slot[1]] = dict(rng.sample(list(value.items()), len(value)))
    else:
        _alike(slot, slots, rng)


def _swap(slot: Slot, slots: list[Slot], rng: Random) -> None:
    left, right = copy.deepcopy(_get(slot)), rng.choice(slots)
    slot[0][slot[1]] = copy.deepcopy(_get(right))
    if not isinstance(_get(right), dict | list):  # what holds the other must stay where it is
        right[0][right[1]] = left


def _rename(slot: Slot, slots: list[Slot], rng: Random) -> None:
    container, key = slot
    if isinstance(container, dict) and key != "":
        container[text(rng, key)] = container.pop(key)
    else:
        _other(slot, slots, rng)


def _add(slot: Slot, slots: list[Slot], rng: Random) -> None:
    container, key = slot
    value = other(rng)
    if isinstance(container, dict):
        container[text(rng, key) if rng.random() < 0.5 else "extra"] = value
    else:
        container.insert(key, value)


def _wrap(slot: Slot, slots: list[Slot], rng: Random) -> None:
    value = _get(slot)
    slot[0][slot[1]] = rng.choice(([value], {"a": value}, nested(rng.choice((2, 50, 300)))))


def _cut(slot: Slot, slots: list[Slot], rng: Random) -> None:
    value = _get(slot)
    if isinstance(value, list):
        slot[0][slot[1]] = value[: rng.randrange(len(value) + 1)]
    elif isinstance(value, dict):
        kept = rng.sample(list(value), rng.randrange(len(value) + 1))
        slot[0][slot[1]] = {key: value[key] for key in kept}
    else:
        _delete(slot, slots, rng)


_OPERATIONS: tuple[Callable[[Slot, list[Slot], Random], None], ...] = (
    *(_alike, _alike, _alike, _alike, _other, _as_text, _as_float, _delete, _repeat),
    *(_shuffle, _swap, _rename, _add, _wrap, _cut),
)
