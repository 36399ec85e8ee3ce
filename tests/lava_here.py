"""Lava for tests that import it themselves: mended as in the worker, or the tests are skipped where it is not installed."""

from importlib.util import find_spec
from types import ModuleType

import pytest

from litesnn.runtime.lava.mended import mended

needs_lava = pytest.mark.skipif(find_spec("lava") is None, reason="Lava is not installed")


def lava_module(name: str = "lava.magma.compiler.compiler", reason: str = "Lava is not installed") -> ModuleType:
    """A module of Lava's; what is imported of Lava afterwards finds the faulty one loaded."""
    with mended():
        pytest.importorskip("lava.magma.compiler.compiler", reason=reason)
        found = pytest.importorskip(name, reason=reason)
    assert isinstance(found, ModuleType)
    return found
