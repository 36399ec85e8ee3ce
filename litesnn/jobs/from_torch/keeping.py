"""A module as it was before its forward was followed: what the forward replaces is put back, what it keeps is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import fx, nn

from litesnn.base.errors import ImportFileError


@contextmanager
def unchanged(module: nn.Module, name: str) -> Iterator[None]:
    """Put back every attribute, buffer and memory that following a forward replaces.

    Raises
    ------
    ImportFileError
        Where a module keeps something of what it computes: that would be a state that nothing here sees.
    """
    kept = [(path, found, _members(found)) for path, found in module.named_modules()]
    changed = ""
    try:
        yield
    finally:
        for path, found, members in kept:
            for values, before in zip(_holders(found), members, strict=True):
                for key, value in values.items():
                    if _traced(value):
                        changed = changed or f"{path}.{key}".lstrip(".")
                values.clear()
                values.update(before)
    if changed:
        raise ImportFileError(
            f"{name}: its forward keeps '{changed}' for the next call; allowed: states of neuron modules, which these keep themselves"
        )


def _holders(module: nn.Module) -> list[dict[str, Any]]:
    own = module.__dict__
    return [own, *(own[key] for key in ("_buffers", "_parameters", "_memories") if key in own)]


def _members(module: nn.Module) -> list[dict[str, Any]]:
    return [dict(values) for values in _holders(module)]


def _traced(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_traced, value))
    return isinstance(value, fx.Proxy)
