"""The scalars of the YAML in `yaml_text`, white space and comments between them, and the bounds of a document."""

from __future__ import annotations

import re
from typing import NoReturn

from litesnn.base.errors import ImportFileError

MAX_DEPTH = 32
MAX_NODES = 4_000_000
"""Scalars and collections: each takes up to some 200 bytes of memory."""
MAX_SCALAR = 1000
"""Characters of one scalar."""

# In a plain scalar ":" ends the key only before white space, "#" begins a comment only behind it.
PLAIN_BLOCK = re.compile(r"(?:[^\n:# ]|:(?!\s|\Z)|(?<![ ])#|[ ](?!#))+")
PLAIN_FLOW = re.compile(r"(?:[^\n:# ,\[\]{}]|:(?![\s,\[\]{}]|\Z)|(?<![ ])#|[ ](?!#))+")
_BLANK = re.compile(r"(?:[ ]+|#[^\n]*|\r?\n)*")
_SINGLE, _DOUBLE = re.compile(r"'((?:[^'\n]|'')*)'"), re.compile(r'"((?:[^"\\\n]|\\[ -~])*)"')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "0": "\0", "r": "\r"}
_REFUSED = {"&": "an anchor", "*": "an alias", "!": "a tag", "|": "a block scalar", ">": "a block scalar"}
_REFUSED |= {"%": "a directive", "@": "a reserved sign", "`": "a reserved sign", "\t": "a tab", "?": "a complex key"}


class Cursor:
    """A place in a document, and the scalar that stands there."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.at = 0
        self.nodes = 0

    def skip(self) -> None:
        """Over white space, comments and line ends."""
        match = _BLANK.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def column(self) -> int:
        """The column of what comes next, -1 at the end."""
        self.skip()
        if self.at >= len(self.text):
            return -1
        return self.at - (self.text.rfind("\n", 0, self.at) + 1)

    def scalar(self, plain: re.Pattern[str]) -> str:
        """The scalar that stands here; a plain one as far as the pattern goes."""
        sign = self.text[self.at : self.at + 1]
        if sign in ("'", '"'):
            return self._quoted(sign)
        if sign in _REFUSED and (sign != "?" or self.text[self.at + 1 : self.at + 2].isspace()):
            self.refuse(f"found {_REFUSED[sign]} ({self.rest()}); allowed: lists, mappings and plain or quoted texts")
        match = plain.match(self.text, self.at)
        if match is None:
            self.refuse(f"found {self.rest()}; allowed: a text, a list or a mapping")
        self.at = match.end()
        found = match[0].rstrip()
        if found == "<<":
            self.refuse("found a merge key; allowed: keys of its own")
        return self._short(found)

    def _quoted(self, sign: str) -> str:
        match = (_SINGLE if sign == "'" else _DOUBLE).match(self.text, self.at)
        if match is None:
            self.refuse(f"found {self.rest()}, a quoted text without its end on the line")
        self.at = match.end()
        inner = self._short(match[1])
        return inner.replace("''", "'") if sign == "'" else _ESCAPE.sub(self._escape, inner)

    def _escape(self, match: re.Match[str]) -> str:
        found = match[1]
        if len(found) > 1:
            code = int(found[1:], 16)
            if 0xD800 <= code <= 0xDFFF:
                self.refuse(f"found the escape '\\{found}', half a character")
            return chr(code)
        if found not in _ESCAPED:
            self.refuse(f"found the escape '\\{found}'; allowed: {', '.join(_ESCAPED)}, x and u")
        return _ESCAPED[found]

    def _short(self, text: str) -> str:
        if len(text) > MAX_SCALAR:
            self.refuse(f"found a text of {len(text):,} characters; allowed: {MAX_SCALAR:,}")
        return text

    def count(self, depth: int) -> None:
        """One more value, so many collections deep; refused beyond the bounds."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            self.refuse(f"found collections more than {MAX_DEPTH} deep")
        if self.nodes > MAX_NODES:
            self.refuse(f"found more than {MAX_NODES:,} values")

    def rest(self) -> str:
        """What stands here, for messages."""
        rest = self.text[self.at : self.at + 40].partition("\n")[0]
        return repr(rest) if rest else "the end of the file" if self.at >= len(self.text) else "an empty line"

    def refuse(self, problem: str) -> NoReturn:
        """Raise the error of this line."""
        raise ImportFileError(f"{self.file}: line {self.text.count(chr(10), 0, self.at) + 1}: {problem}")
