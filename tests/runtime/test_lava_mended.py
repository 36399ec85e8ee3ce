"""Lava's faults, on newer Pythons and in its channels: mended while Lava is imported, and nothing else is touched."""

import dataclasses
import importlib.util
import subprocess
import sys
import threading
import time
from multiprocessing import Semaphore
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from lava_here import lava_module, needs_lava

from litesnn.runtime.lava.mended import CHANNELS, mended

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


def both_of_two_messages_arrive(channels: ModuleType) -> bool:
    """Whether an owner that waits for either of two messages, as Lava's models do, gets both, although the thread of its end
    is interrupted, after it has looked, for as long as it takes the owner to take the first and to wait.
    """

    class Interrupted(channels.CspRecvPort):  # type: ignore[misc,name-defined]
        def probe(self) -> bool:
            found: bool = super().probe()
            if found and threading.current_thread() is self.thread:
                time.sleep(0.3)
            return found

    quiet = channels.NoOPWatchdog(None)
    proto = channels.Proto(shape=(1,), dtype=np.int64, nbytes=8)
    port = Interrupted("end", SimpleNamespace(buf=bytearray(4 * 8)), proto, 4, Semaphore(0), Semaphore(0), quiet, quiet)
    port.start()
    port._req.release()
    while not port._queue.qsize():
        time.sleep(0.001)
    port._req.release()
    time.sleep(0.1)
    selector = channels.CspSelector()
    owner = threading.Thread(target=lambda: [selector.select((port, port.recv)) for _ in range(2)], daemon=True)
    owner.start()
    owner.join(1)
    return not owner.is_alive()


@needs_lava
def test_no_wakeup_is_lost() -> None:
    lava_module()
    assert both_of_two_messages_arrive(importlib.import_module(CHANNELS))


@needs_lava
def test_lavas_own_channels_lose_one() -> None:
    """What is mended is a fault: the same messages over Lava's module as it is."""
    lava_module()
    spec = importlib.util.find_spec(CHANNELS)
    assert spec is not None
    assert spec.loader is not None
    as_it_is = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(as_it_is)
    assert not both_of_two_messages_arrive(as_it_is)
