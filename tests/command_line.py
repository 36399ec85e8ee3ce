"""Calls of the command line in this process, and what every refusal looks like."""

import json
import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

import litesnn.hw_profiles
from litesnn.cli import app

SHIPPED = Path(litesnn.hw_profiles.__file__).parent / "loihi2.toml"


def call(*arguments: object, entry: Any = app) -> Result:
    return CliRunner().invoke(entry, [str(argument) for argument in arguments])


def ok(*arguments: object, entry: Any = app) -> Result:
    result = call(*arguments, entry=entry)
    assert result.exit_code == 0, result.output
    return result


def as_json(result: Result) -> dict[str, Any]:
    """All of standard output as one JSON object."""
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def json_of(*arguments: object, entry: Any = app) -> dict[str, Any]:
    """What the command, asked for JSON, prints when it succeeds."""
    return as_json(ok(*arguments, "--json", entry=entry))


def refused(result: Result, message: str) -> None:
    """Exit code 2, one `error:` message on standard error, nothing on standard output, no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("error: ") == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def own_profile(folder: Path, **figures: int) -> Path:
    """The shipped loihi2 with other figures, as a user's own file."""
    text = SHIPPED.read_text().replace('name = "loihi2"', 'name = "mychip"')
    for figure, value in figures.items():
        text, count = re.subn(rf"(?m)^({figure} = {{ value = )\d+", rf"\g<1>{value}", text)
        assert count == 1
    (folder / "mychip.toml").write_text(text)
    return folder / "mychip.toml"
