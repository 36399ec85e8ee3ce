"""Packages that import their parts when these are first used, so that a command imports what it needs and no more.

A package lists its public names under `if TYPE_CHECKING`, for type checkers and editors, and again with their modules:

>>> __getattr__ = lazily(__name__, {"map_graph": "mapper"})  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package whose public names come from the modules in `homes`, relative to it."""

    def attribute(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'; it has: {', '.join(sorted(homes))}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return attribute
