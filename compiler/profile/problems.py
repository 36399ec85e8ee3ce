"""What is wrong with a profile, a line per problem: which figure, what was found, what is allowed."""

from __future__ import annotations

import difflib
import re
import sys
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.ranges import short

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pydantic_core import ErrorDetails

SHOWN = 10
GUESSED = 64  # characters of an unknown name that are compared with known ones
MAX_DEPTH = 32
_TEXT = re.compile(r'""".*?"""|\'\'\'.*?\'\'\'|"[^"\n]*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_BETWEEN_KEYS = re.compile(r"[\n=,{}\[\]]")


def parse_toml(content: str, where: str) -> dict[str, Any]:
    """A TOML document as plain values.

    Raises
    ------
    ProfileError
        For text that is not TOML, whole numbers of thousands of digits, and tables or lists nested too deeply.
    """
    # Python's reader takes a time that grows with the square of a key's parts.
    if max(key.count(".") for key in _BETWEEN_KEYS.split(_TEXT.sub("", content))) >= MAX_DEPTH:
        raise ProfileError(f"{where}: {_DEEP}")
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: not valid TOML: {_cut(str(error))}") from error
    except ValueError as error:  # Python reads no whole number of more than some thousand digits
        raise ProfileError(f"{where}: not valid TOML: a whole number of thousands of digits") from error
    except RecursionError as error:
        raise ProfileError(f"{where}: not valid TOML: {_DEEP}") from error
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        nested = (item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list))
        level = [value for values in nested for value in values]
    if level:
        raise ProfileError(f"{where}: {_DEEP}")
    return document


_DEEP = f"tables and lists are nested too deeply; allowed: up to {MAX_DEPTH} levels (a profile has 3)"


def refusal(problems: Sequence[ErrorDetails], where: str, names: Collection[str]) -> ProfileError:
    """The first of the problems that a validation found, as an error to raise; `names` are the dotted ones of all figures."""
    count, lines = len(problems), [_line(problem, names) for problem in problems[:SHOWN]]
    more = f"\n  ... and {count - SHOWN} more" if count > SHOWN else ""
    return ProfileError(f"{where}: {count} problem(s)\n  " + "\n  ".join(lines) + more)


def left_out(problem: ErrorDetails) -> bool:
    """Whether a whole section or figure is not there."""
    return problem["type"] == "missing" and len(problem["loc"]) <= 2


def _line(problem: ErrorDetails, names: Collection[str]) -> str:
    place = ".".join(_cut(str(part)) for part in problem["loc"] if part != "[key]")
    guessed = guess(place, names) if problem["type"] == "extra_forbidden" and len(problem["loc"]) <= 2 else ""
    return f"{place}: {said(problem)}{guessed}" if place else said(problem)


def guess(key: str, names: Collection[str]) -> str:
    """The closest names, dotted as the key is, as a question; empty where none is close."""
    leaves = {name.rpartition(".")[2]: name for name in names}
    close = difflib.get_close_matches(key.rpartition(".")[2][:GUESSED], leaves, n=3)
    close = [leaves[leaf] for leaf in close] if "." in key else close
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def said(problem: ErrorDetails) -> str:
    """What is wrong, in words, without the place."""
    kind, message, found = problem["type"], problem["msg"], short(problem["input"])
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "missing":
        return f"{message}; the compiler needs it"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return "no such figure or field; `litesnn profiles loihi2` lists them all"
    if kind == "literal_error":
        return f"found {found}; allowed: {problem['ctx']['expected']}"
    if kind in ("model_type", "model_attributes_type", "dataclass_type"):
        return f'found {found}; allowed: a table such as {{ value = 1, status = "CONFIRMED", source = "..." }}'
    if kind == "string_too_long":
        return f"found {found}; allowed: up to {problem['ctx']['max_length']:,} characters"
    if kind == "string_pattern_mismatch":
        return f"found {found}; allowed: letters, digits, spaces and . + - _, a letter or digit first, 64 at most"
    return f"found {found}; {message[:1].lower()}{message[1:]}"


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:150]}...{text[-30:]}"
