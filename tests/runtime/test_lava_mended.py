"""Lava's fault on newer Pythons: mended while Lava is imported, and nothing else is touched."""

import dataclasses
import subprocess
import sys

import pytest
from lava_here import needs_lava

from litesnn.runtime.lava.mended import mended

IMPORT = "import lava.magma.compiler.var_model"


def imports(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@needs_lava
def test_lava_is_imported_on_any_python() -> None:
    done = imports(f"from litesnn.runtime.lava.mended import mended\nwith mended():\n    {IMPORT}")
    assert done.returncode == 0, done.stderr


@needs_lava
@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 takes the default that later ones refuse")
def test_without_the_mending_it_is_not() -> None:
    done = imports(IMPORT)
    assert done.returncode == 1
    assert "mutable default" in done.stderr


@dataclasses.dataclass
class Inner:
    size: int = 0


def outer(module: str) -> type:
    cls = type("Outer", (), {"__annotations__": {"inner": Inner}, "inner": Inner(3), "__module__": module})
    return dataclasses.dataclass(cls)


def test_each_instance_gets_a_copy_of_the_default() -> None:
    with mended():
        cls = outer("lava.somewhere")
    one, other = cls(), cls()
    assert one.inner == other.inner == Inner(3)
    assert one.inner is not other.inner


def test_only_lavas_classes_are_mended_and_only_meanwhile() -> None:
    before = dataclasses.dataclass
    if sys.version_info >= (3, 11):
        with mended(), pytest.raises(ValueError, match="mutable default"):
            outer("elsewhere")
    with pytest.raises(KeyError), mended():
        raise KeyError
    assert dataclasses.dataclass is before
