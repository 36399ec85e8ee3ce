"""Checkpoints of trainings and searches: one safetensors file of plain tensors, with JSON in its header. No pickle.

Written by an atomic rename. A checkpoint names what it belongs to, its identity; one of other settings is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_safetensors
from torch import Tensor

from litesnn.errors import LiteSNNError
from litesnn.output import write_atomically
from litesnn.output_kinds import CHECKPOINT, CHECKPOINT_HEADER

_VERSION = 2


def write_checkpoint(
    path: Path, identity: Mapping[str, Any], state: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Write a checkpoint whole: `identity` says which run it belongs to, `state` is JSON."""
    header = {"version": _VERSION, "identity": identity, "state": state}
    # clone: two names of one storage are refused by safetensors
    plain = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    write_atomically(path, save_safetensors(plain, {CHECKPOINT_HEADER: json.dumps(header)}), CHECKPOINT)


def read_checkpoint(
    path: Path, identity: Mapping[str, Any], kind: str, error: type[LiteSNNError]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The state and the tensors of a checkpoint.

    Parameters
    ----------
    kind : what is resumed, for messages: `training` or `search`
    error : raised where the file is not a checkpoint, or belongs to another run (what differs is named)
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(CHECKPOINT_HEADER, "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as cause:
        raise error(f"{path}: not a checkpoint: {cause}; remove it or start the {kind} without resuming") from cause
    if not isinstance(header, dict) or header.get("version") != _VERSION:
        raise error(
            f"{path}: not a checkpoint of this version of LiteSNN; remove it or start the {kind} without resuming"
        )
    stored = header["identity"]
    if stored != identity:
        names = sorted(name for name in {*stored, *identity} if stored.get(name) != identity.get(name))
        differing = "; ".join(f"{n}: found {stored.get(n)!r}, now {identity.get(n)!r}" for n in names)
        raise error(f"{path}: belongs to another {kind} ({differing}); repeat its settings, or start without resuming")
    state: dict[str, Any] = header["state"]
    return state, tensors


def optimizer_tensors(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The state of an optimizer as `<prefix>.<parameter>.<slot>`."""
    return {
        f"{prefix}.{index}.{slot}": value
        for index, slots in optimizer.state_dict()["state"].items()
        for slot, value in slots.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(prefix: str, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` took."""
    document = optimizer.state_dict()
    slots: dict[int, dict[str, Any]] = {}
    for name, value in under(prefix, tensors).items():
        index, slot = name.split(".")
        slots.setdefault(int(index), {})[slot] = value
    document["state"] = slots
    optimizer.load_state_dict(document)


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors called `<prefix>.<name>`, by name."""
    return {name.removeprefix(f"{prefix}."): v for name, v in tensors.items() if name.startswith(f"{prefix}.")}
