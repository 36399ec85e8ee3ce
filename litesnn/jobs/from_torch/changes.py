"""What a forward changes in place, by PyTorch's own counts of writes: who reads it afterwards must read what the change returned.

A trace holds values by the call that made them, so `y.mul_(2)` without `y =` would otherwise leave `y` as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx

CONSTANT = -1  # a constant stands before every call


def computed(
    function: Callable[..., Any], args: Any, kwargs: Any, known: Callable[[Any], Any]
) -> tuple[Any, list[int]]:
    """What a function gives, and the storages of its arguments that it wrote to; constants are copied and stay as they are.

    `known` makes a value of a traced argument, and leaves others alone.
    """
    originals: list[tuple[torch.Tensor, torch.Tensor, int]] = []

    def given(argument: Any) -> Any:
        value = known(argument)
        if not isinstance(value, torch.Tensor):
            return value
        used = value.clone() if value is argument else value
        originals.append((value, used, used._version))
        return used

    result = function(fx.node.map_aggregate(args, given), fx.node.map_aggregate(kwargs, given))
    return result, [_storage(value) for value, used, version in originals if used._version != version]


class Changes:
    """Calls of a trace in their order, with what each changed."""

    def __init__(self, nodes: Sequence[fx.Node]) -> None:
        self._order = {node: CONSTANT if node.op == "get_attr" else i for i, node in enumerate(nodes)}
        self._changed: dict[int, fx.Node] = {}

    def before(self, node: fx.Node) -> fx.Node | None:
        """The call that changed something that a node reads as it was before, or None; what the node itself changes is noted."""
        found = None
        for read in node.all_input_nodes:
            value = read.meta.get("value")
            changed = self._changed.get(_storage(value)) if isinstance(value, torch.Tensor) else None
            if changed is not None and self._order[read] < self._order[changed]:
                found = changed
        self._changed.update(dict.fromkeys(node.meta.get("changed", ()), node))
        return found


def _storage(value: torch.Tensor) -> int:
    return value.untyped_storage().data_ptr()
