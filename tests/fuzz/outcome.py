"""What became of one input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["accepted", "refused", "traceback", "different", "untidy", "hang", "memory", "crash"]
Phase = Literal["read", "use"]
FINE: tuple[Kind, ...] = ("accepted", "refused")
"""Everything else is a failure of the reader."""


@dataclass(frozen=True)
class Outcome:
    """The answer to one input.

    Attributes
    ----------
    kind : `traceback`: another exception than the project's own; `different`: accepted as something else; `untidy`: the input's
        folder was changed, or a message holds control characters or has no end; `hang`, `memory`: over the limits; `crash`:
        the process died
    what : the exception's type and message, or the signal
    place : where in the project it was raised, `file:line function`
    phase : `read`, or `use` of what was read
    seconds : CPU time
    memory : peak over what the process held before, bytes
    """

    kind: Kind
    what: str = ""
    place: str = ""
    phase: Phase = "read"
    seconds: float = 0.0
    memory: int = 0
    trace: str = field(default="", compare=False)

    @property
    def fine(self) -> bool:
        """Whether the reader did what is promised."""
        return self.kind in FINE

    @property
    def key(self) -> tuple[str, str, str]:
        """Failures with the same key are taken for one: kind, exception type, place."""
        return self.kind, self.what.partition(":")[0], self.place

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: getattr(self, name) for name in ("kind", "what", "place", "phase", "seconds", "memory")}
