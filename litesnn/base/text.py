"""Text from files, paths and arguments is data: what a terminal or a page would act on, or hide, is shown as an escape instead."""

from __future__ import annotations

import os
import re

# Unicode's control (Cc, but tab and line feed) and format (Cf: bidirectional overrides and isolates, zero widths, tags) characters,
# line and paragraph separators, and lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)

_LONGEST_LINE = 600
_LONGEST_PATH = 200
_MOST_LINES = 200


def visible(text: str) -> str:
    r"""The text with every character that acts or hides written out, as in `\x1b` or `\u202e`; tabs and line feeds stay."""
    return _HIDDEN.sub(_escaped, text)


def brief(text: str, most: int = 60) -> str:
    """The text in one visible line, its end left out beyond `most` characters: for a part of a message."""
    line = visible(text[: most + 1]).replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= most else f"{line[: most - 3]}..."


def brief_path(path: str | os.PathLike[str]) -> str:
    """A path for messages, its middle left out where it is very long."""
    text = os.fspath(path)
    return text if len(text) <= _LONGEST_PATH else f"{text[: _LONGEST_PATH // 2]}...{text[-_LONGEST_PATH // 4 :]}"


def shortened(text: str) -> str:
    """The text with the middle of very long lines left out, and the middle of very many lines; both say how much."""
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines[half:-half] = [f"... {len(lines) - 2 * half} lines ..."]
    elif all(len(line) <= _LONGEST_LINE for line in lines):
        return text
    return "\n".join(map(_short_line, lines))


def _short_line(line: str) -> str:
    left_out = len(line) - _LONGEST_LINE
    if left_out <= 0:
        return line
    start, end = _LONGEST_LINE * 3 // 4, _LONGEST_LINE // 4
    return f"{line[:start]} ... {left_out} characters ... {line[-end:]}"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
