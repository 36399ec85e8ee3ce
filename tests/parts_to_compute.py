"""What processes other than the test's own compute: they find it in the folder that all tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from litesnn.base.errors import DataError


def square(number: int, good: Path | None = None, killed: bool = True) -> dict[str, float]:
    """Of a number; 3, 5 and 7 fail each in a way of their own until `good` is there, the last by a death if it is to be `killed`."""
    if good is not None and not good.exists():
        if number == 3:
            raise DataError("no such sample")
        if number == 5:
            raise ZeroDivisionError("a bug")
        if number == 7 and killed:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 7:
            raise MemoryError
    return {"square": number**2 / 3}


def knows(operations: tuple[str, ...]) -> list[bool]:
    """Whether this process knows each of them."""
    from litesnn.compiler.genotype.ops import OPS

    return [name in OPS for name in operations]
