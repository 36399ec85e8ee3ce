"""What a reader may take, and how it is measured (Linux; elsewhere what cannot be measured counts as nothing)."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Per input.

    Attributes
    ----------
    seconds : of CPU
    patience : seconds that a reader may wait without computing
    memory : bytes over what the process held before and over the input's own size
    """

    seconds: float = 20.0
    patience: float = 20.0
    memory: int = 1 << 30


@contextmanager
def limited_memory(extra: int) -> Iterator[None]:
    """Within it the process gets `extra` bytes of address space at most; what asks for more meets a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = _status("VmSize")
    if now is None:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (now + extra, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class PeakMemory:
    """Peak of resident memory since it was made, over what was resident then."""

    def __init__(self) -> None:
        self.before = 0
        try:
            Path("/proc/self/clear_refs").write_text("5")  # resets the peak (man 5 proc)
        except OSError:
            return
        self.before = _status("VmRSS") or 0

    def bytes(self) -> int:
        """So far."""
        return max(0, (_status("VmHWM") or 0) - self.before) if self.before else 0


def cpu_seconds() -> float:
    """CPU time of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def cpu_seconds_of(pid: int) -> float | None:
    """CPU time of another process and of its children that ended; None where it cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _status(name: str) -> int | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
