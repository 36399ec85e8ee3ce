"""A small reader of a LiteSNN image: the standard library alone, so that a loader can begin with it. Format: docs/image.md.

python read_image.py FOLDER [CORE LIST] says what every core holds, or the synapses of one list of one core.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Table = list[tuple[int, ...]]


def load(folder: str | Path) -> dict[str, Any]:
    """image.json, with `cores`: memory.json of each and its tables `words`, `lists`, `entries`, `high`, `axons`, `reads`, `routes`."""
    root = Path(folder)
    image: dict[str, Any] = json.loads((root / "image.json").read_text("utf-8"))
    image["cores"] = [_core(root / f"core{number}", image) for number in range(image["cores"])]
    content, place = (root / "input.bin").read_bytes(), 0
    for sender in image["senders"]:
        sender["routes"], place = _table(content, place, sender["routes"], "5I")
        sender["writes"], place = _table(content, place, sender["writes"], "3I")
    return image


def synapses(image: dict[str, Any], core: dict[str, Any], number: int) -> Iterator[tuple[int, int, int]]:
    """(target, weight, delay) of the synapses of a list, in the order of memory; targets count from the base of the read."""
    first, last = core["lists"][number], core["lists"][number + 1]
    width = image["word_bits"]
    stream = 0
    for place, word in enumerate(core["words"][first:last]):
        stream |= word << (place * width)
    cursor, end, entry = 0, (last - first) * width, core["entries"][number]

    def take(bits: int) -> int:
        nonlocal cursor
        value = stream >> cursor & (1 << bits) - 1
        cursor += bits
        return value

    while cursor + image["header_bits"] <= end:
        form, count = take(4), take(6)
        if form == 0:
            return
        cursor += image["header_bits"] - 10
        if entry < core["entries"][number + 1]:
            count += core["high"][entry] << 6
        entry += 1
        register = core["formats"][form - 1]
        target = take(register["prefix_bits"])
        for ordinal in range(count):
            code, delay = take(register["weight_bits"]), take(register["delay_bits"])
            if register["skip_bits"]:
                step = take(register["skip_bits"])
                target += step if ordinal else 0
            elif register["index_bits"]:
                target = take(register["index_bits"])
            elif ordinal:
                target += 1
            if code:
                yield target, weight(register, code), delay


def weight(register: dict[str, Any], code: int) -> int:
    """The weight that an accumulator sees, of the bits of a code."""
    bits, mixed = register["weight_bits"], register["sign_mode"] == "mixed"
    if mixed and code >> (bits - 1):
        code -= 1 << bits
    if register["sign_mode"] == "inhibitory":
        code = -code
    shift = register["weight_exp"] + 8 - bits + mixed
    return code << shift if shift > 0 else code


def _core(folder: Path, image: dict[str, Any]) -> dict[str, Any]:
    core: dict[str, Any] = json.loads((folder / "memory.json").read_text("utf-8"))
    content, size = (folder / "memory.bin").read_bytes(), core["sections"]
    wide = -(-image["word_bits"] // 8)
    core["words"] = [int.from_bytes(content[i : i + wide], "little") for i in range(0, size["words"] * wide, wide)]
    place = _aligned(size["words"] * wide)
    for name, rows, columns in (
        ("lists", size["lists"] + 1, "I"),
        ("entries", size["lists"] + 1, "I"),
        ("high", size["entries"], "I"),
        ("axons", size["axons"] + 1, "I"),
        ("reads", size["reads"], "6I"),
        ("routes", size["routes"], "5I"),
        ("parameters", size["parameters"], "i"),
    ):
        table, place = _table(content, place, rows, columns)
        core[name] = table if len(columns) > 1 else [row[0] for row in table]
    values = iter(core["parameters"])
    for group in core["groups"]:
        first, last = group["channels"]
        group["parameters"] = {name: [next(values) for _ in range(last - first)] for name in group["parameters"]}
    return core


def _table(content: bytes, place: int, rows: int, columns: str) -> tuple[Table, int]:
    row = struct.Struct("<" + columns)
    table = [row.unpack_from(content, place + i * row.size) for i in range(rows)]
    return table, _aligned(place + rows * row.size)


def _aligned(place: int) -> int:
    return place + -place % 8


def main(arguments: list[str]) -> None:
    """What the command line asks for."""
    image = load(arguments[0])
    if len(arguments) > 1:
        for found in synapses(image, image["cores"][int(arguments[1])], int(arguments[2])):
            print(*found)
        return
    for core in image["cores"]:
        stored = sum(1 for number in range(len(core["lists"]) - 1) for _ in synapses(image, core, number))
        held = ", ".join(group["population"] for group in core["groups"])
        print(
            f"core {core['core']}: {len(core['words'])} words, {stored} synapses, {len(core['axons']) - 1} axons: {held}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
