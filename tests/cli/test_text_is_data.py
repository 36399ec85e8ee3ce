"""Text from files, paths and arguments is data: no terminal, page or command line of ours obeys it."""

from __future__ import annotations

import io
import re
import shlex
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call, json_of, ok
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner
from written_genotypes import document, written
from written_nets import dense, write_net

import litesnn
from litesnn.base.terminal import Terminal, assembled, styled
from litesnn.base.text import visible
from litesnn.cli import app
from litesnn.commands.compile import compile_app
from litesnn.commands.guard import guard_tracebacks

ROOT = Path(litesnn.__file__).resolve().parent.parent
TITLE, CLEAR, C1, BELL, RETURN, OVERRIDE = "\x1b]0;owned\x07", "\x1b[2J", "\x9b2J", "\x07", "a\rb", "\u202eexe.\u2066"
HOSTILE = (
    "[/]",
    "[bold]x[/nothing]",
    ":smile:",
    TITLE,
    CLEAR,
    C1,
    BELL,
    RETURN,
    OVERRIDE,
    "</script><script>x",
    '"><b>',
)


def obeyed(output: str) -> set[str]:
    """Characters of an output that a terminal acts on or hides, but for rich's own colours."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output)
    return {c for c in plain if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in "\n\t"}


def test_what_acts_or_hides_is_written_out() -> None:
    assert visible("a\x1b[2Jb\r\x9b\u202e\U000e0041\ud800\x7f") == r"a\x1b[2Jb\x0d\x9b\u202e\U000e0041\ud800\x7f"
    assert visible("naïve 日本 ×\t[b]\n") == "naïve 日本 ×\t[b]\n"
    every = [chr(i) for i in range(sys.maxunicode + 1)]
    acting = {c for c in every if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - set("\n\t")
    assert {c for c in acting if visible(c) == c} == set()
    assert all(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn") for c in every if visible(c) != c)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_printed_is_obeyed_whatever_it_came_through(text: str) -> None:
    table = Table(text, title=text, caption=text)
    table.add_row(text)
    table.add_row(Text(text))
    for part in (
        text,
        Text(text),
        styled(text, "bold"),
        assembled(text, (text, "bold")),
        table,
        Panel(text),
        Panel(Text(text)),
    ):
        out = io.StringIO()
        Terminal(file=out, width=200, force_terminal=True).print(part)
        assert obeyed(out.getvalue()) == set()
        if not isinstance(part, Text | Panel):
            assert visible(text) in re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())


def test_no_other_console_is_made() -> None:
    made = re.compile(
        r"(?<!class Terminal\()\b(Console|Syntax|Pretty|from_markup|render_markup)\(|rich import print|typer\.echo|\bsecho"
    )
    sources = [p for folder in ("litesnn", "search", "compiler", "runtime") for p in (ROOT / folder).rglob("*.py")]
    assert {p.name for p in sources if made.search(p.read_text())} == set()


@pytest.mark.parametrize("text", ["[/]", f"[bold]x[/nothing]{TITLE}{C1}{RETURN}{OVERRIDE}"])
def test_a_hostile_data_set_name_is_shown_by_every_command(text: str, tmp_path: Path) -> None:
    record = {"dataset": text, "seed": 1, "epochs": 2, "accuracy_fixed": 0.5, "accuracy_float": 0.5, "test_samples": 9}
    path = written(document(training=record), tmp_path)
    for arguments in (
        ("info", path),
        ("check", path, "--no-fixes"),
        ("compile", path, "-o", tmp_path / "p", "--no-lava"),
    ):
        result = ok(*arguments)
        assert obeyed(result.output) == set(), arguments[0]
    assert visible(text) in "".join(ok("info", path).output.split("\n"))
    for command in ("info", "verify"):
        output = ok(command, tmp_path / "p", *(["--no-lava"] if command == "verify" else []), "--json").stdout
        assert output.isascii()
        assert obeyed(output) == set()
    assert json_of("info", path)["training"]["dataset"] == text


@pytest.mark.parametrize("name", ["a[/b].npz", "a\x1b]0;x\x07.npz", "[red]a\u202e.npz"])
def test_hostile_paths_are_shown(name: str, program: Path, inputs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result = ok("run", program, "--input", inputs, "-o", folder / name)
    assert obeyed(result.output) == set()
    assert visible(name) in result.stdout.replace("\n", "")
    assert (folder / name).is_file()
    written_report = ok("report", program, "-o", folder / f"{name}.html")
    missing = call("info", folder / f"{name}.json")
    unknown = call("run", program, "--input", folder / name, "-o", folder / "y.npz", "--record", name)
    for other in (written_report, missing, unknown):
        assert obeyed(other.output) == set()
    assert (missing.exit_code, unknown.exit_code) == (2, 2)


@pytest.mark.parametrize("text", [TITLE, C1, OVERRIDE, "[/]", "[bold]"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("{}",),
        ("--{}",),
        ("info", "a", "{}"),
        ("verify", "p", "--samples", "{}"),
        ("train", "g", "--epochs", "{}"),
        ("search", "{}"),
    ],
)
def test_errors_of_usage_repeat_arguments_as_data(text: str, arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [part.format(text) for part in arguments])
    assert result.exit_code == 2
    assert obeyed(result.output) == set()
    alone = CliRunner().invoke(compile_app, ["g", "--samples", text])
    assert (alone.exit_code, obeyed(alone.output)) == (2, set())


def test_tracebacks_of_bugs_are_data_too(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "stderr", out)
    guard_tracebacks()
    error = KeyError(TITLE)
    sys.excepthook(ValueError, ValueError(TITLE), None)
    sys.excepthook(KeyError, error, None)
    assert obeyed(out.getvalue()) == set()
    assert r"\x1b]0;owned\x07" in out.getvalue()


def test_names_in_a_foreign_file_are_data_in_tables_pages_and_commands(tmp_path: Path) -> None:
    """The file's own name is the network's: it goes into tables, the page's title and script, and the command to repeat it."""
    name = "a b;'$(x)[bold]\x1b]0;x\x07\u202e\"<script><img src=x onerror=x>"
    net = write_net(
        tmp_path / f"{name}.net", [dense(np.array([[60, -20], [90, 50]])), dense(np.array([[40, 60]]), None)]
    )
    result = ok("import", net, "-o", tmp_path / "p", "--no-lava")
    assert obeyed(result.output) == set()
    assert obeyed(ok("info", tmp_path / "p").output) == set()
    page = (tmp_path / "p" / "report.html").read_text()
    assert obeyed(page) == set()
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 2, "the data and our own"
    command: Any = json_of("info", tmp_path / "p")["command"]
    assert shlex.split(command)[2] == f"{name}.net"
