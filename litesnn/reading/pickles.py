"""Pickles read as data: an unpickler that can make what a table says and nothing else, so that no code in a file can run.

Written on Python's own unpickler, whose reads end where the file does; the faster one allocates what a damaged pickle asks for.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NoReturn

BROKEN_PICKLE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    struct.error,
)
"""What a damaged pickle makes the unpickler raise."""


class ForbiddenGlobal(Exception):
    """A pickle asks for something that its kind of file has no use for; the text is its name."""


class Maker:
    """What a name in a pickle stands for: a function that takes the pickle's arguments. A pickle cannot change it."""

    __slots__ = ("_make",)
    _make: Callable[..., object]

    def __init__(self, make: Callable[..., object]) -> None:
        object.__setattr__(self, "_make", make)

    def __call__(self, *arguments: object) -> object:
        """What the function makes."""
        return self._make(*arguments)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(name)

    def __setstate__(self, state: object) -> NoReturn:
        raise pickle.UnpicklingError("a name is given a state")


class InertUnpickler(pickle._Unpickler):
    """Reads one pickle after the other from a stream of bytes.

    Parameters
    ----------
    known : (module, name) -> what it stands for
    persistent : makes what the pickle names by a persistent id; None refuses them
    """

    def __init__(
        self,
        stream: BytesIO,
        known: Mapping[tuple[str, str], object],
        persistent: Callable[[object], object] | None = None,
        encoding: str = "ASCII",
    ) -> None:
        super().__init__(stream, encoding=encoding)
        self._known = known
        self._persistent = persistent

    def find_class(self, module: str, name: str) -> Any:
        """What the table has under the name."""
        try:
            return self._known[module, name]
        except (KeyError, TypeError):
            raise ForbiddenGlobal(f"{module}.{name}"[:120]) from None

    def get_extension(self, code: int) -> NoReturn:
        """Registered numbers for names are refused as well."""
        raise ForbiddenGlobal(f"extension {code}")

    def persistent_load(self, pid: Any) -> Any:
        """See `persistent`."""
        if self._persistent is None:
            raise pickle.UnpicklingError("it refers to something outside the file")
        return self._persistent(pid)
