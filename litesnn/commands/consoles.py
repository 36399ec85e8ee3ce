"""Where a command prints: results on standard output, all that is said beside them on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from litesnn.base.terminal import Terminal, stderr_console
from litesnn.base.verbosity import VERBOSITY


def warn(text: str) -> None:
    """One line on standard error; nothing for an empty text."""
    if text:
        Terminal(stderr=True, soft_wrap=True).print(f"warning: {text}", style="yellow")


def say_notes(notes: Sequence[str]) -> None:
    """On standard error, what should be known of the data that a command reads, a line each."""
    for note in notes:
        stderr_console().print(f"data: {note}", style="dim", markup=False, soft_wrap=True)


def stdout_console() -> Terminal:
    """Results go here; wide enough for tables when piped."""
    console = Terminal()
    console = console if console.is_terminal else Terminal(width=140)
    console.quiet = VERBOSITY.quiet
    return console


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON object on standard output, in ASCII: JSON's own escapes for all else, and for DEL, which `dumps` leaves."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False).replace("\x7f", "\\u007f") + "\n")


def show_registers(path: Path) -> None:
    """On standard output, what of an untrained genotype is not certain to fit the shipped chips."""
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.rules.untrained_rules import chips_that_may_overflow
    from litesnn.display.registers import may_overflow

    for line in may_overflow(chips_that_may_overflow(load_genotype(path).spec)):
        stdout_console().print(line)
