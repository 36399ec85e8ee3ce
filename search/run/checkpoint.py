"""Checkpoints of trainings and searches: one safetensors file of plain tensors, with JSON in its header. No pickle.

Written by an atomic rename. A checkpoint names what it belongs to, its identity; one of other settings is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors.torch import save as save_safetensors
from torch import Tensor

from litesnn.base.errors import LiteSNNError
from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import CHECKPOINT, CHECKPOINT_HEADER
from litesnn.reading import Kind, parse_json, read_file, read_safetensors
from litesnn.search.model.stored_tensors import torch_tensors

_VERSION = 2
UNSAID = ("data_sha256",)
"""What earlier versions did not say of any run; its other words tell the data apart as they did then."""
LATER: Mapping[str, Any] = {
    "reset": "zero",
    "class_weights": "none",
    "straight_through": "identity",
    "distill_weight": 0.5,
    "distill_temperature": 4.0,
    "widths": [1.0],
    "max_cores": None,
    "max_memory": None,
    "max_latency": None,
    "profile": None,
    "lambda_budget": 1.0,
    "width_lr": 0.01,
}
"""Parts of an identity that versions before did not write, and what all their runs had."""
MAX_BYTES = 2**33
"""8 GiB: the largest genotype's weights with the state of two optimizers."""
_STEP = "step"
_SGD, _ADAM = {"momentum_buffer"}, {_STEP, "exp_avg", "exp_avg_sq"}
_SLOTS = tuple(sorted(_SGD | _ADAM))
State = TypeVar("State")


def write_checkpoint(
    path: Path, identity: Mapping[str, Any], state: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Write a checkpoint whole: `identity` says which run it belongs to, `state` is JSON."""
    header = {"version": _VERSION, "identity": identity, "state": state}
    # clone: two names of one storage are refused by safetensors
    plain = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    write_atomically(path, save_safetensors(plain, {CHECKPOINT_HEADER: json.dumps(header)}), CHECKPOINT)


def read_checkpoint(
    path: Path, identity: Mapping[str, Any], kind: str, error: type[LiteSNNError], state: type[State]
) -> tuple[State, dict[str, Tensor]]:
    """The state and the tensors of a checkpoint.

    Parameters
    ----------
    kind : what is resumed, for messages: `training` or `search`
    error : raised where the file is not a checkpoint, or belongs to another run (what differs is named)
    state : what the state must be, a dataclass or a typed dictionary
    """
    advice = f"remove it or start the {kind} without resuming"
    try:
        content = read_file(path, Kind(CheckpointError, "checkpoint", MAX_BYTES))
        metadata, stored = read_safetensors(content, str(path), CheckpointError)
        header = parse_json(
            metadata.get(CHECKPOINT_HEADER, "null").encode(), f"{path}: {CHECKPOINT_HEADER}", CheckpointError
        )
        if not isinstance(header, dict) or header.get("version") != _VERSION:
            raise CheckpointError(f"{path}: not of this version of LiteSNN")
        found = header.get("identity")
        if not isinstance(found, dict):
            raise CheckpointError(f"{path}: it does not say which {kind} it belongs to")
        tensors = torch_tensors(stored, str(path), CheckpointError)
    except CheckpointError as cause:
        raise error(f"not a checkpoint: {cause}; {advice}") from cause
    # As JSON holds it: tuples are lists there.
    now = json.loads(json.dumps(identity))
    names = sorted(name for name in {*found, *now} if not _same(name, found, now))
    if names:
        differing = "; ".join(f"{n}: found {found.get(n)!r}, now {now.get(n)!r}" for n in names)
        raise error(
            f"{path}: belongs to another {kind} ({differing[:1000]}); repeat its settings, or start without resuming"
        )
    try:
        return TypeAdapter(state).validate_python(header.get("state")), tensors
    except ValidationError as cause:
        first = cause.errors()[0]
        place = ".".join(map(str, ("state", *first["loc"])))
        raise error(f"not a checkpoint: {path}: {place}: {first['msg']}; {advice}") from cause


def _same(name: str, found: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two runs agree in one part of their identities; one that only later versions have was as all runs had it then."""
    if name not in found and name in UNSAID:
        return True
    if name not in found and name in LATER:
        return now[name] in (None, LATER[name])
    return found.get(name) == now.get(name)


class CheckpointError(LiteSNNError):
    """A file is no checkpoint; whoever resumes raises an error of their own."""


def restore_module(
    prefix: str, module: torch.nn.Module, tensors: Mapping[str, Tensor], error: type[LiteSNNError]
) -> None:
    """Put back the tensors `<prefix>.<name>` of a module; `error` where they are not the module's, or not finite."""
    found = under(prefix, tensors)
    check_tensors(prefix, found, module.state_dict(), error)
    for name, value in found.items():
        if not bool(torch.isfinite(value).all()):
            raise error(f"checkpoint: {prefix}.{name}: found NaN or infinite values; start without resuming")
    module.load_state_dict(found)


def check_tensors(
    prefix: str, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], error: type[LiteSNNError]
) -> None:
    """Refuse tensors of other names, shapes or types than wanted."""
    for name in (*wanted, *found):
        here, there = found.get(name), wanted.get(name)
        if here is None or there is None or here.shape != there.shape or here.dtype != there.dtype:
            said = ["none" if t is None else f"{t.dtype} {tuple(t.shape)}" for t in (here, there)]
            raise error(f"checkpoint: {prefix}.{name}: found {said[0]}; allowed: {said[1]}; start without resuming")


def optimizer_tensors(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The state of an optimizer as `<prefix>.<parameter>.<slot>`."""
    return {
        f"{prefix}.{index}.{slot}": value
        for index, slots in optimizer.state_dict()["state"].items()
        for slot, value in slots.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(
    prefix: str, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor], error: type[LiteSNNError]
) -> None:
    """Put back what `optimizer_tensors` took; `error` where it is not of this optimizer's parameters."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in under(prefix, tensors).items():
        index, _, slot = name.partition(".")
        number = int(index) if index.isdecimal() and len(index) < 10 else -1
        known = 0 <= number < len(parameters) and slot in _SLOTS
        if (
            not known
            or not value.is_floating_point()
            or value.shape != (() if slot == _STEP else parameters[number].shape)
        ):
            raise error(
                f"checkpoint: {prefix}.{name[:80]}: found {value.dtype} {tuple(value.shape)}; allowed: "
                f"<parameter>.<{' or '.join(_SLOTS)}> of {len(parameters)} parameters, in their shapes; start without resuming"
            )
        slots.setdefault(number, {})[slot] = value
    wanted = _SGD if isinstance(optimizer, torch.optim.SGD) else _ADAM
    for number, found in slots.items():
        if set(found) != wanted:
            raise error(
                f"checkpoint: {prefix}.{number}: found {', '.join(sorted(found))}; allowed: {', '.join(sorted(wanted))}; start "
                "without resuming"
            )
    optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors called `<prefix>.<name>`, by name."""
    return {name.removeprefix(f"{prefix}."): v for name, v in tensors.items() if name.startswith(f"{prefix}.")}
