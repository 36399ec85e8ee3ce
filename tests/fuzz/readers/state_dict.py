"""Published state dicts (`import --weights`): what torch.save writes now and wrote before, and safetensors."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random
from typing import Any

import torch
from published_networks import dhs_state
from safetensors.torch import save

from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.pickles import pickle_opcodes
from fuzz.mutators.safetensors_files import tensors_header, tensors_values
from fuzz.mutators.zips import check_unpackable, within_zip, zip_container, zip_entries
from fuzz.reader import NotApplicableError, Place, Reader
from litesnn.compiler.genotype import load_genotype, save_genotype
from litesnn.search.published import import_published
from litesnn.search.published.imported import ImportedGenotype

LITESNN = "network_path = [0, 1, 1, 2]\ncell_arch = [[1, 0], [0, 1], [4, 1], [3, 1]]\nbits_arch = [2, 0, 1, 2]\n"
SIZES: dict[str, Any] = {"channels": 2, "input_shape": (3, 8, 8), "timesteps": 3, "classes": 4}
WEIGHTS = (".pt", ".pth", ".safetensors")


def seeds(folder: Path) -> list[Case]:
    """Two networks; alone and under a key of a checkpoint, in torch's two formats and as safetensors."""
    dhs = dhs_state([0, 1, 1, 2], [0, 1, 3, 4], 2, 4, scores=True, bias=False)
    wrapped = {"epoch": 3, "net": {f"module.{name}": tensor for name, tensor in dhs.items()}}
    files = [("w.pt", _packed(wrapped)), ("w.pth", _packed(dhs, False)), ("w.safetensors", save(dhs))]
    return [Case({name: content}, name) for name, content in files]


def _packed(value: object, zipped: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=zipped)
    return buffer.getvalue()


def state_values(content: bytes, rng: Random) -> bytes:
    """A right file of a state dict of which one entry is something else."""
    if content[:2] == b"PK":
        check_unpackable(content)
    try:
        found = torch.load(io.BytesIO(content), weights_only=True)
    except Exception as error:  # any broken file: there is nothing to change
        raise NotApplicableError from error
    if not isinstance(found, dict):
        raise NotApplicableError
    inner = found.get("net", found)
    if not isinstance(inner, dict) or not inner:
        raise NotApplicableError
    name = rng.choice(list(inner))
    value = inner[name]
    if not isinstance(value, torch.Tensor):
        raise NotApplicableError
    change = rng.randrange(8)
    if change == 0:
        del inner[name]
    elif change == 1:
        inner[rng.choice((f"{name}2", "x", "", 3, ("a", 1), "a\x1b[2J"))] = inner.pop(name)
    elif change == 2:
        types = (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int8, torch.bool, torch.complex64)
        inner[name] = value.to(rng.choice(types))
    elif change == 3:
        inner[name] = rng.choice(
            (value.reshape(-1), value[None], value[:0] if value.ndim else value, value.T if value.ndim == 2 else value)
        )
    elif change == 4:
        inner[name] = (
            torch.full_like(value, rng.choice((0, 1, -1, float("nan"), float("inf"), 1e38)))
            if value.is_floating_point()
            else value
        )
    elif change == 5:
        sparse = value.to_sparse() if value.ndim else value
        inner[name] = rng.choice(
            (sparse, torch.zeros(1).expand(3, 10**9), torch.empty(2, 3, device="meta"), torch.zeros(()))
        )
    elif change == 6:
        inner[name] = rng.choice((None, 3, "text", [1, 2], {}, {"a": value}))
    else:
        return _packed(
            rng.choice(
                ([], {}, 3, "x", value, [value], {"net": 3}, {"net": {}}, {"state_dict": found}, {"model": inner})
            )
        )
    return _packed(found, rng.random() < 0.7)


def read(place: Place) -> ImportedGenotype:
    """As `import --weights` does."""
    arrays = place.scratch / "arrays.txt"
    arrays.write_text(LITESNN)
    return import_published(arrays, SIZES, weights=place.path)


def use(found: ImportedGenotype, place: Place) -> None:
    """Write the genotype and read it again."""
    save_genotype(found.genotype, found.tensors, place.scratch / "genotype.json")
    load_genotype(place.scratch / "genotype.json")


READER = Reader(
    seeds,
    (
        *(on(state_values, ".pt", ".pth"),) * 5,
        *(on(within_zip(pickle_opcodes, "data.pkl"), ".pt"),) * 4,
        *(on(pickle_opcodes, ".pth"),) * 4,
        *(on(zip_entries, ".pt"), on(zip_container, ".pt")),
        *(on(tensors_header, ".safetensors"), on(tensors_values, ".safetensors")),
        *everything(*WEIGHTS),
    ),
    read,
    use,
)
