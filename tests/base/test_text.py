"""What a file says is repeated in messages, but not at its length."""

from __future__ import annotations

import pytest

from litesnn.base.errors import DataError
from litesnn.base.text import shortened


@pytest.mark.parametrize("text", ["", "one line", "two\nlines\n", "x" * 600, "line\n" * 150])
def test_short_texts_are_not_touched(text: str) -> None:
    assert shortened(text) == text


def test_a_long_line_keeps_its_ends_and_says_how_much_is_missing() -> None:
    assert shortened("a" + "-" * 998 + "z") == "a" + "-" * 449 + " ... 400 characters ... " + "-" * 149 + "z"


def test_many_lines_keep_the_first_and_the_last() -> None:
    lines = shortened("\n".join(map(str, range(1000)))).splitlines()
    assert (lines[0], lines[99], lines[100], lines[101], lines[-1]) == ("0", "99", "... 800 lines ...", "900", "999")


def test_every_error_is_shortened_and_stays_so_where_another_repeats_it() -> None:
    inner = DataError(f"found {'x' * 10**6}; allowed: y")
    assert str(inner).endswith("; allowed: y")
    assert len(str(DataError(f"file: {inner}"))) < 1000
