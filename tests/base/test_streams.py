"""Printing never breaks a command: what the terminal lacks is escaped, and an output that takes nothing is said at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-m", "litesnn", "profiles"]


def run(redirection: str, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of `litesnn profiles ARGUMENTS` with a redirection of the shell."""
    shell = ["bash", "-c", f'"$@" {redirection}; exit ${{PIPESTATUS[0]}}', "bash", *RUN, *arguments]
    found = subprocess.run(shell, capture_output=True, text=True, env={**os.environ, **environment}, check=False)
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        ("| head -0", 0, ""),
        (">&-", 2, "error: cannot print to standard output: it is closed (the command itself ended with 0)\n"),
        (
            "> /dev/full",
            2,
            "error: cannot print to standard output: No space left on device (the command itself ended with 0)\n",
        ),
        ("<&- > /dev/null 2> /dev/full", 0, ""),
    ],
)
def test_outputs_that_take_nothing(redirection: str, code: int, said: str) -> None:
    assert run(redirection, "loihi2", "--json")[::2] == (code, said)


def test_a_failure_is_still_told(tmp_path: Path) -> None:
    code, _, said = run("> /dev/full", "nonsense")
    assert code == 2
    assert said.startswith("error: profile: found 'nonsense'")


def test_characters_that_the_encoding_lacks_are_escaped() -> None:
    code, out, said = run("", "loihi2", PYTHONIOENCODING="ascii")
    assert (code, said) == (0, "")
    assert out.isascii()
    assert "loihi2" in out
