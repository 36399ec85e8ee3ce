"""Ends of Lava's channels without threads: they wait on the channel's own semaphores, or need not wait at all.

Lava's ends (`CspSendPort`, `CspRecvPort`) let a thread wait and hand every message on through a queue, so that several channels
can be waited for at once. A model that knows which message comes next needs none of that. Both kinds use the shared memory and
the two semaphores alike, so one end of a channel may be Lava's and the other ours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from lava.magma.compiler.channels.pypychannel import CspRecvPort, CspSendPort


class _DirectPort:
    """Takes over a port of Lava's that has not been started."""

    def __init__(self, port: Any) -> None:
        self.name, self.shape, self.size = port.name, port.shape, port.size
        self._filled, self._freed = port._req, port._ack
        slots: npt.NDArray[Any] = np.ndarray((port.size, *port.shape), port.d_type, port._shm.buf)
        self._slots = list(slots)
        self._next = 0

    def start(self) -> None:
        """Nothing to start."""

    def join(self) -> None:
        """Nothing to end."""

    def _take_slot(self) -> Any:
        slot = self._slots[self._next]
        self._next = (self._next + 1) % self.size
        return slot


class DirectSendPort(_DirectPort):
    """Sends into a channel; blocks while it is full."""

    def __init__(self, port: CspSendPort) -> None:
        super().__init__(port)
        self._unused = self.size

    def send(self, data: npt.NDArray[Any]) -> None:
        """Send one array of the channel's shape."""
        if self._unused:
            self._unused -= 1
        else:
            self._freed.acquire()
        np.copyto(self._take_slot(), data, casting="unsafe")
        self._filled.release()


class DirectReceivePort(_DirectPort):
    """Receives from a channel; blocks while it is empty."""

    def recv(self) -> npt.NDArray[Any]:
        """Receive one array."""
        self._filled.acquire()
        received: npt.NDArray[Any] = self._take_slot().copy()
        self._freed.release()
        return received

    def add_to(self, total: npt.NDArray[Any]) -> None:
        """Receive one array and add it to another, without a copy in between."""
        self._filled.acquire()
        total += self._take_slot()
        self._freed.release()


class LocalChannel:
    """Both ends of a channel inside one operating-system process: hands on what is sent, without a semaphore or a copy.

    What is sent must stay as it is until it is received, in the same step.
    """

    def __init__(self, port: Any) -> None:
        self.name, self.shape, self.size = port.name, port.shape, port.size
        self._type = port.d_type
        self._sent: deque[npt.NDArray[Any]] = deque()

    def start(self) -> None:
        """Nothing to start."""

    def join(self) -> None:
        """Nothing to end."""

    def send(self, data: npt.NDArray[Any]) -> None:
        """Send one array."""
        self._sent.append(data)

    def recv(self) -> npt.NDArray[Any]:
        """Receive one array, which is the receiver's own."""
        return np.array(self._sent.popleft(), self._type)

    def add_to(self, total: npt.NDArray[Any]) -> None:
        """Receive one array and add it to another."""
        total += self._sent.popleft()


def local_channels(ports: Iterable[Any]) -> dict[int, LocalChannel]:
    """A channel for each pair of Lava's ends among these that belong together, by `channel_of`."""
    channels: dict[int, LocalChannel] = {}
    seen: set[int] = set()
    for port in ports:
        channel = channel_of(port)
        if channel in seen:
            channels[channel] = LocalChannel(port)
        seen.add(channel)
    return channels


def channel_of(port: Any) -> int:
    """What two of Lava's ends have in common if they are one channel's: the semaphore."""
    return id(port._req)


def direct(port: Any) -> Any:
    """Our end of a channel in place of Lava's."""
    return DirectReceivePort(port) if isinstance(port, CspRecvPort) else DirectSendPort(port)
