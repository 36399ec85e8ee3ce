"""What Lava 0.10.0 needs to run, and not to hang, here: applied in the worker, while Lava is imported, and only there.

Lava was archived as it stood in its last release. Two faults of it are mended:

- `lava.magma.compiler.var_model` gives fields of its dataclasses an instance of another dataclass as the default. Python 3.11
  and later call that mutable (it has no hash) and refuse the class with a ValueError. Such a default becomes a factory of
  copies, which is what Python's message asks for; on 3.10 all instances share the one, which nothing in Lava relies on.
- `lava.magma.compiler.channels.pypychannel`: the thread behind an end of a channel looks whether the queue is empty, puts the
  message in, and wakes who waits only if it was. Who takes the last message in between and then waits is never woken: a run
  hangs, some step after a pause (where a model gets two commands in a row), on a busy machine. The same at the other end. Such
  a thread now wakes whoever waits each time, who looks again, as a condition's waiter must.

Nothing of Lava's arithmetic is touched. Tests that import Lava themselves do it inside `mended()` as well.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

MENDED_PACKAGE = "lava."
CHANNELS = "lava.magma.compiler.channels.pypychannel"


@contextmanager
def mended() -> Iterator[None]:
    """Let Lava's modules be imported in the context on any Python, with channels that lose no wakeup."""
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
    channels = sys.modules.get(CHANNELS)
    if channels is not None:
        channels.CspRecvPort._req_callback = _take_messages
        channels.CspSendPort._ack_callback = _take_acknowledgements


def _give_factories(cls: type) -> None:
    """Turn defaults without a hash into factories of copies, as Python 3.11 and later ask for."""
    for name in inspect.get_annotations(cls):
        default = cls.__dict__.get(name)
        if default is not None and type(default).__hash__ is None and not isinstance(default, dataclasses.Field):
            setattr(cls, name, dataclasses.field(default_factory=partial(copy.deepcopy, default)))


def _take_messages(port: Any, filled: Any) -> None:
    """The thread of a receiving end: hands on each message, and wakes who waits for one."""
    while filled.acquire() and not port._done:
        port._queue.put_nowait(0)
        _wake(port)


def _take_acknowledgements(port: Any, freed: Any) -> None:
    """The thread of a sending end: frees a place for each message that was taken, and wakes who waits for one."""
    while freed.acquire() and not port._done:
        port._semaphore.release()
        _wake(port)


def _wake(port: Any) -> None:
    observer = port.observer  # looked up once: its owner takes it away when it need not wait
    if observer is not None:
        observer()
