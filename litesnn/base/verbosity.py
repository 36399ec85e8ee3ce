"""How much a command says beside its results: set by `-q` and `-v` at its start, asked wherever something is printed.

Quiet: no tables and no progress; files, `--json`, errors and the exit code are as ever. Verbose: each step and engine as a line of its
own on standard error, with the seconds since the start, and an error with the place in the code that raised it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Verbosity:
    """What this process was told; every command sets both anew."""

    quiet: bool = False
    verbose: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self.began


VERBOSITY = Verbosity()
