"""One fault in a program's files, of 19 kinds: another integer, address or time, by the smallest step there is.

A fault knows where it was planted, and whether it changes what is computed: a weight that only meets padding does not, nor does the size
of a weight into neurons that any spike fires. That is decided from unrolled matrices, by nothing that the checker of proofs has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from litesnn.compiler.graph import SynapseFormat
from litesnn.compiler.graph.geometry import GEOMETRIES

Files = dict[str, bytes]
MEMORYLESS = ("maximum", "relay")


@dataclass(frozen=True)
class Fault:
    """Where a fault of a `kind` stands: the name of a population or a block; `nothing`: it changes nothing."""

    kind: str
    place: str
    nothing: bool


class Program:
    """graph.json and tensors, to be changed."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.document: dict[str, Any] = json.loads(files["graph.json"])
        self.tensors = {
            n: v.astype(np.int64) if v.dtype.kind == "i" else v for n, v in load(files["weights.safetensors"]).items()
        }
        self.populations = {p["name"]: p for p in self.document["populations"]}
        self.blocks: list[dict[str, Any]] = self.document["blocks"]

    def files(self) -> Files:
        """The two files."""
        return {"graph.json": json.dumps(self.document).encode(), "weights.safetensors": save(self.tensors)}

    def matrix(self, block: Mapping[str, Any]) -> Any:
        """Unrolled integers of a block; only their signs where the target fires at any spike."""
        kind, name = GEOMETRIES[block["geometry"]], block["name"]
        params = {k: tuple(v) if isinstance(v, list) else v for k, v in block["params"].items()}
        arrays = {part: self.tensors[f"{name}.{part}"] for part in kind.array_names}
        source, target = (self.populations[block[end]] for end in ("source", "target"))
        found = kind(**arrays, **params).matrix(source["shape"], target["shape"]) * 2 ** block["exponent"]
        return found.sign() if target.get("role") in MEMORYLESS else found

    def fits(self, block: Mapping[str, Any]) -> bool:
        """Whether the format of a block holds its codes."""
        low, high = SynapseFormat(block["num_weight_bits"], 0, block["sign_mode"]).code_range()
        codes = self.tensors[f"{block['name']}.codes"]
        return bool(low <= codes.min(initial=0) and codes.max(initial=0) <= high)

    def vary(
        self, rng: np.random.Generator, name: str, changed: Callable[[np.ndarray], np.ndarray], where: np.ndarray
    ) -> bool:
        """Change one of the entries of a tensor that `where` marks; False where it marks none."""
        places = np.argwhere(where)
        if not len(places):
            return False
        at, values = tuple(places[rng.integers(len(places))]), self.tensors[name].copy()
        values[at] = changed(values[at])
        self.tensors[name] = values
        return True


def plant(kind: str, files: Mapping[str, bytes], rng: np.random.Generator) -> tuple[Fault, Files] | None:
    """A fault of a kind in a program, and its files with it; None where nothing can have such a fault."""
    before = Program(files)
    order = KINDS[kind][1](before)
    for i in rng.permutation(len(order)):
        program = Program(files)
        place = order[int(i)]
        nothing = KINDS[kind][0](rng, program, place)
        if nothing is not None:
            return Fault(kind, place["name"], nothing), {**files, **program.files()}
    return None


def _blocks(program: Program) -> list[dict[str, Any]]:
    return program.blocks


def _neurons(program: Program) -> list[dict[str, Any]]:
    return [p for p in program.document["populations"] if p["kind"] != "source"]


def _spiking(program: Program) -> list[dict[str, Any]]:
    return [p for p in _neurons(program) if p["kind"] == "neurons"]


Plant = Callable[[np.random.Generator, Program, dict[str, Any]], "bool | None"]


def _in_block(program: Program, name: str) -> dict[str, Any]:
    return next(block for block in program.blocks if block["name"] == name)


def _weights(change: Callable[[np.random.Generator, Program, dict[str, Any]], bool]) -> Plant:
    """A change of a block after which its matrix may be the same."""

    def planted(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
        block = _in_block(program, entry["name"])
        before = program.matrix(block)
        if not change(rng, program, block):
            return None
        after = program.matrix(block)
        return program.fits(block) and (before != after).nnz == 0

    return planted


def _code(where: Callable[[np.ndarray], np.ndarray], changed: Callable[[np.random.Generator, Any], Any]) -> Plant:
    def change(rng: np.random.Generator, program: Program, block: dict[str, Any]) -> bool:
        name = f"{block['name']}.codes"
        return program.vary(rng, name, lambda code: changed(rng, code), where(program.tensors[name]))

    return _weights(change)


def _one_off(rng: np.random.Generator, code: Any) -> Any:
    step = int(rng.choice([-1, 1]))
    return code - step if code + step == 0 else code + step


def _window(rng: np.random.Generator, program: Program, block: dict[str, Any]) -> bool:
    figures = [figure for figure in ("stride", "padding", "dilation") if figure in block["params"]]
    if not figures or block["geometry"] == "one_to_one":
        return False
    figure = str(rng.choice(figures))
    value = block["params"][figure]
    block["params"][figure] = value + 1 if isinstance(value, int) else [value[0] + 1, value[1]]
    return True


def _address(axis: int) -> Plant:
    """Two channels of a block's source or target exchanged, or one channel of it that becomes another."""

    def change(rng: np.random.Generator, program: Program, block: dict[str, Any]) -> bool:
        part, end = (("targets", "target"), ("sources", "source"))[axis]
        count = program.populations[block[end]]["shape"][0]
        name = f"{block['name']}.{part}"
        if count < 2:
            return False
        if name in program.tensors:
            every = np.ones(program.tensors[name].shape, bool)
            return program.vary(rng, name, lambda channel: (channel + 1) % count, every)
        codes, first = program.tensors[f"{block['name']}.codes"], int(rng.integers(count - 1))
        if block["geometry"] == "dense" and axis:
            codes = codes.reshape(len(codes), count, -1)
        order = np.arange(count)
        order[[first, first + 1]] = order[[first + 1, first]]
        shape = program.tensors[f"{block['name']}.codes"].shape
        program.tensors[f"{block['name']}.codes"] = np.take(codes, order, axis=axis).reshape(shape)
        return True

    return _weights(change)


def _stated(field: str, changed: Callable[[np.random.Generator, Any], Any]) -> Plant:
    """A field of a block or population that is stated once, or twice: no change of it is nothing."""

    def planted(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
        everything = (*program.blocks, *program.document["populations"])
        found = next((e for e in everything if e["name"] == entry["name"] and field in e), None)
        if found is None:
            return None
        new = changed(rng, found[field])
        if new is None or new == found[field]:
            return None
        found[field] = new
        return False

    return planted


def _exponent(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
    block = _in_block(program, entry["name"])
    block["exponent"] += 1
    block["weight_exp"] += 1
    return program.populations[block["target"]].get("role") in MEMORYLESS


def _constant(part: str) -> Plant:
    def planted(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
        name, role, step = f"{entry['name']}.{part}", entry.get("role"), int(rng.choice([-1, 1]))
        if name not in program.tensors:
            return None
        values = program.tensors[name]
        inside = values + step >= (0 if part in ("vth", "bias_exp") else -4095)
        if not program.vary(rng, name, lambda value: value + step, inside):
            return None
        at = int(np.flatnonzero(program.tensors[name] != values)[0])
        if part == "bias_exp":
            return bool(program.tensors[f"{entry['name']}.bias_mant"][at] == 0)
        if part == "vth" and role in MEMORYLESS:
            into = [block for block in program.blocks if block["target"] == entry["name"]]
            return min(2 ** block["exponent"] for block in into) > int(program.tensors[name][at])
        return False

    return planted


def _decay(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
    found = program.populations[entry["name"]]
    found["dv"] += 1 if found["dv"] == 0 else -1
    return program.document["timesteps"] == 1 or entry.get("role") in MEMORYLESS


def _any(*changes: Plant) -> Plant:
    def planted(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
        for i in rng.permutation(len(changes)):
            nothing = changes[i](rng, program, entry)
            if nothing is not None:
                return nothing
        return None

    return planted


def _other_reset(rng: np.random.Generator, program: Program, entry: dict[str, Any]) -> bool | None:
    found = program.populations[entry["name"]]
    if found.get("role") != "programmed_lif":
        return None
    found["reset"] = {"subtract": "zero", "subtract_next": "none", "zero": "subtract"}[found["reset"]]
    return bool(program.document["timesteps"] == 1)


def _plus(rng: np.random.Generator, value: Any) -> Any:
    return None if value is None else value + 1


KINDS: dict[str, tuple[Plant, Callable[[Program], list[dict[str, Any]]]]] = {
    "weight": (_code(lambda codes: codes != 0, _one_off), _blocks),
    "new weight": (_code(lambda codes: codes == 0, lambda rng, code: rng.choice([-1, 1])), _blocks),
    "lost weight": (_code(lambda codes: codes != 0, lambda rng, code: 0), _blocks),
    "sign": (_code(lambda codes: codes != 0, lambda rng, code: -code), _blocks),
    "exponent": (_exponent, _blocks),
    "format exponent": (_stated("weight_exp", lambda rng, value: value + int(rng.choice([-1, 1]))), _blocks),
    "format width": (_stated("num_weight_bits", lambda rng, value: value % 8 + 1), _blocks),
    "sign mode": (_stated("sign_mode", lambda rng, value: "mixed" if value != "mixed" else "excitatory"), _blocks),
    "window": (_weights(_window), _blocks),
    "source": (_address(1), _blocks),
    "target": (_address(0), _blocks),
    "threshold": (_constant("vth"), _spiking),
    "bias mantissa": (_constant("bias_mant"), _neurons),
    "bias exponent": (_constant("bias_exp"), _neurons),
    "decay": (_decay, _neurons),
    "delay": (_stated("delay", lambda rng, value: value + 1), _blocks),
    "distance": (_stated("distance", lambda rng, value: 1 - value), _blocks),
    "reset": (_any(_stated("reset_offset", _plus), _stated("reset_interval", _plus), _other_reset), _neurons),
    "arrival": (
        _any(_stated("arrival", _plus), _stated("initiation_interval", _plus), _stated("open_slots", _plus)),
        _neurons,
    ),
}
