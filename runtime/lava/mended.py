"""What Lava 0.10.0 needs to run on Pythons newer than its own 3.10: applied in the worker, while Lava is imported, and only there.

Lava was archived as it stood in its last release. One fault of it shows on newer Pythons, and is mended here:

- `lava.magma.compiler.var_model` gives fields of its dataclasses an instance of another dataclass as the default. Python 3.11
  and later call that mutable (it has no hash) and refuse the class with a ValueError. Such a default becomes a factory of
  copies, which is what Python's message asks for; on 3.10 all instances share the one, which nothing in Lava relies on.

Nothing of Lava's arithmetic is touched. Tests that import Lava themselves do it inside `mended()` as well.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

MENDED_PACKAGE = "lava."


@contextmanager
def mended() -> Iterator[None]:
    """Let Lava's modules be imported in the context on any Python."""
    original = dataclasses.dataclass

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        if cls is None:
            return partial(dataclass, **options)
        if cls.__module__.startswith(MENDED_PACKAGE):
            _give_factories(cls)
        return original(cls, **options)

    dataclasses.dataclass = dataclass  # type: ignore[assignment]
    try:
        yield
    finally:
        dataclasses.dataclass = original


def _give_factories(cls: type) -> None:
    """Turn defaults without a hash into factories of copies, as Python 3.11 and later ask for."""
    for name in inspect.get_annotations(cls):
        default = cls.__dict__.get(name)
        if default is not None and type(default).__hash__ is None and not isinstance(default, dataclasses.Field):
            setattr(cls, name, dataclasses.field(default_factory=partial(copy.deepcopy, default)))
