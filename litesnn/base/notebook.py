"""Where a notebook runs us: what it shows in a cell, updated in place, without a control character.

Nothing of IPython is imported unless it runs already.
"""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from litesnn.base.text import visible


def in_notebook() -> bool:
    """Whether the code runs in a kernel, whose output is a cell's; IPython in a terminal is a terminal."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class Cell:
    """One place in the output of the cell at hand; empty again after `clear`."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, html: str | None = None) -> None:
        """Show this instead of what was there: `html`, or where a frontend has none, and where none is given, the text."""
        shown = _Shown(text, html)
        if self._handle is None:
            from IPython.display import display

            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def clear(self) -> None:
        """Take away what was shown."""
        if self._handle is not None:
            self._handle.update(_Shown("", ""))


class _Shown:
    def __init__(self, text: str, html: str | None) -> None:
        self.text = visible(text)
        self.html = f"<small>{escape(self.text)}</small>" if html is None else html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
