"""Names of what passes and readers make: they tell a person where a part comes from, and are never taken twice.

Nothing is read out of a name. What the compiler needs to know of a part - whose spikes a relay carries on, which byte of a split
weight a block holds - is a field of it.
"""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """The names in use; `new` gives another one."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, wanted: str) -> str:
        """The wanted name, with `_` behind it as often as others have it already; it is taken from now on."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted
