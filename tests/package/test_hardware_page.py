"""docs/hardware.md: the walk from a program to a board runs as printed, but for the lines that need other tools."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import tutorial_pages
from command_line import call

from litesnn.cli import app
from litesnn.commands.compile import compile_app

NEEDS = ("rtl", "--synthesize", "yosys", "nextpnr", "ecppack")
"""What a line says that needs Verilator, Yosys, or the tools of an FPGA: `tests/runtime/test_rtl.py` has their parts."""
ENTRIES = {"litesnn": app, "litesnn-compile": compile_app}
EXIT_2 = "# exit code 2"


def test_a_program_goes_to_a_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (tutorial_pages.DOCS / "hardware.md").read_text("utf-8")
    walk = page.partition("## Step by step")[2].partition("\n## ")[0]
    said = ""
    for block in tutorial_pages.BLOCK.finditer(walk):
        if block["language"] == "toml":
            Path(block["file"]).write_text(block["text"], "utf-8")
            continue
        for command in tutorial_pages.commands(block["text"]):
            if any(word in command for word in NEEDS):
                continue
            entry, *words = shlex.split(command, comments=True)
            done = call(*words, entry=ENTRIES[entry])
            assert done.exit_code == (2 if EXIT_2 in command else 0), f"{command}\n{done.output}"
            said += done.output
    words_said = " ".join(said.split())
    assert "of 208 on ecp5-85f" in words_said
    assert "allowed: up to 56, block_rams of profile 'my-board'" in words_said
    assert not Path("chip-2").exists()
