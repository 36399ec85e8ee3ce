"""Checkpoints: one safetensors file with the model, the optimizer and the best weights, and JSON in its header.

Written by an atomic rename after every epoch. Nothing in it is code: the optimizer's state is stored as plain tensors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_safetensors
from torch import Tensor

from litesnn.errors import TrainingError
from litesnn.output import write_atomically
from litesnn.search.model import Evaluation

_HEADER = "litesnn.checkpoint"
_VERSION = 1


@dataclass
class TrainingState:
    """Where a training stands.

    Attributes
    ----------
    evaluation : the phase under way
    epoch : epochs of it that are done
    best : accuracy and loss on the validation part of the weights to keep, once there are any (fixed phase)
    best_weights : state dict of those weights
    history : one row per epoch, as `EpochReport`
    """

    evaluation: Evaluation
    epoch: int
    best: tuple[float, float] | None
    best_weights: dict[str, Tensor] | None
    history: list[dict[str, Any]]


def save_checkpoint(
    path: Path, identity: dict[str, Any], state: TrainingState, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint whole; `identity` says which training it belongs to."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in (state.best_weights or {}).items()}
    for index, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{slot}": value for slot, value in slots.items() if isinstance(value, Tensor)}
    header = {
        "version": _VERSION,
        "identity": identity,
        "evaluation": state.evaluation,
        "epoch": state.epoch,
        "best": state.best,
        "history": state.history,
    }
    # clone: two names of one storage are refused by safetensors
    plain = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    write_atomically(path, save_safetensors(plain, {_HEADER: json.dumps(header)}))


def load_checkpoint(path: Path, identity: dict[str, Any]) -> tuple[TrainingState, dict[str, Tensor]]:
    """Read a checkpoint; returns the state and all its tensors by name.

    Raises
    ------
    TrainingError
        Where the file is not a checkpoint, or belongs to another training (what differs is named).
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(_HEADER, "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise TrainingError(f"{path}: not a checkpoint: {error}; remove it or train without resuming") from error
    if not isinstance(header, dict) or header.get("version") != _VERSION:
        raise TrainingError(f"{path}: not a checkpoint of this version of LiteSNN; remove it or train without resuming")
    stored = header["identity"]
    if stored != identity:
        names = sorted(name for name in {*stored, *identity} if stored.get(name) != identity.get(name))
        differing = "; ".join(f"{n}: found {stored.get(n)!r}, now {identity.get(n)!r}" for n in names)
        raise TrainingError(
            f"{path}: belongs to another training ({differing}); repeat its settings, or train without resuming"
        )
    best = header["best"]
    weights = {name.removeprefix("best."): value for name, value in tensors.items() if name.startswith("best.")}
    state = TrainingState(
        header["evaluation"],
        header["epoch"],
        None if best is None else (best[0], best[1]),
        weights or None,
        header["history"],
    )
    return state, tensors


def restore(tensors: dict[str, Tensor], model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a checkpoint's tensors into a model and the optimizer of the same phase."""
    model.load_state_dict({n.removeprefix("model."): v for n, v in tensors.items() if n.startswith("model.")})
    document = optimizer.state_dict()
    slots: dict[int, dict[str, Any]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, slot = name.split(".")
            slots.setdefault(int(index), {})[slot] = value
    document["state"] = slots
    optimizer.load_state_dict(document)
