"""The options that every command has, and the pages that are installed with the package."""

from pathlib import Path

import pytest
from command_line import call, json_of, ok, refused
from typer.main import get_command

import litesnn
from litesnn.cli import app
from litesnn.commands.compile import compile_app

PAGES = Path(__file__).parents[2] / "docs"


def commands() -> list[list[str]]:
    found = []
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, deeper] for deeper in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("entry", [app, compile_app])
def test_the_version_is_the_packages(entry: object) -> None:
    assert ok("--version", entry=entry).stdout == f"litesnn {litesnn.__version__}\n"


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_the_standing_options(words: list[str]) -> None:
    assert ok(*words, "-h").stdout == ok(*words, "--help").stdout
    assert {"--quiet", "--verbose"} <= set(ok(*words, "-h").stdout.replace(",", " ").split())
    assert ok(*words, "--version").stdout == f"litesnn {litesnn.__version__}\n"


def test_quiet_prints_errors_alone(program: Path, tmp_path: Path) -> None:
    assert ok("info", program, "-q").output == ""
    assert ok("info", program).output != ""  # the next command is not quiet
    assert json_of("info", program, "-q")["name"]
    refused(call("info", tmp_path / "none", "-q"), "none")


def test_verbose_says_each_step_and_where_an_error_was_raised(program: Path, tmp_path: Path) -> None:
    said = ok("verify", program, "--no-lava", "-v").stderr
    assert "exact: begun" in said
    assert "done" in said
    broken = call("info", tmp_path / "none", "-v")
    assert broken.exit_code == 2
    assert "Traceback" in broken.stderr
    assert "Traceback" not in call("info", tmp_path / "none").stderr


def test_the_pages_are_listed_and_printed() -> None:
    names = {path.stem for path in PAGES.glob("*.md")}
    assert set(json_of("docs")) == names
    assert ok("docs", "numbers").stdout == (PAGES / "numbers.md").read_text("utf-8")
    assert ok("docs", "docs/numbers.md").stdout == ok("docs", "numbers").stdout
    refused(call("docs", "nothing"), "docs: found 'nothing'; allowed: README, accounting, ")


def test_the_examples_are_listed_and_copied(tmp_path: Path) -> None:
    shipped = PAGES.parent / "examples"
    assert set(json_of("example")) == {path.parent.name for path in shipped.glob("*/README.md")}
    target = tmp_path / "mine"
    assert json_of("example", "digits", "-o", target)["files"] == sorted(
        path.name for path in (shipped / "digits").iterdir()
    )
    (target / "untrained.json").unlink()
    ok("example", "digits", "-o", target)  # what stands there already is left alone
    assert (target / "untrained.json").read_bytes() == (shipped / "digits" / "untrained.json").read_bytes()
    (target / "genotype.json").write_text("{}")
    refused(call("example", "digits", "-o", target), "genotype.json: is something else than the example's file")
    refused(call("example", "nothing"), "example: found 'nothing'; allowed: audio, cifar10, digits, ")


def test_the_page_of_commands_has_every_command() -> None:
    """A row begins with the command; `search` and `new` say which kinds they have."""
    page = (PAGES / "commands.md").read_text("utf-8")
    rows = page.replace("litesnn-compile", "litesnn compile")
    assert [name for name in get_command(app).commands if f"\n| `litesnn {name}" not in rows] == []
