"""The part of YAML that SANA-FE's files are written in, as lists, mappings and texts: within bounds, and nothing is constructed.

Block and flow collections, plain and quoted scalars, comments. Anchors, aliases, tags, merge keys, block scalars and further
documents are refused: no network needs them, and they are what makes small files large. Every scalar stays the text that it is; its
reader knows what it should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from litesnn.compiler.frontends.sanafe.yaml_scalars import PLAIN_BLOCK, PLAIN_FLOW, Cursor

Node = str | list["Node"] | dict[str, "Node"]

_INLINE = re.compile(r"[ ]*(?:#[^\n]*)?")
_NUMBERS = re.compile(r"\[([-+.,0-9eE \r\n]*)\]")
_COLON = re.compile(r"[ ]*:(?=\s|\Z)")
_FLOW_COLON = re.compile(r"[ ]*:(?=[\s,\[\]{}]|\Z)")


def parse_yaml(text: str, file: str) -> Node:
    """The document's node; an empty value is an empty text.

    Raises
    ------
    ImportFileError
        For what is not within this part of YAML, with its line, and for files beyond the bounds.
    """
    return _Parser(text, file).document()


class _Parser(Cursor):
    def document(self) -> Node:
        """The whole text's one node."""
        self.skip()
        if self.text.startswith("---", self.at):
            self.at += 3
            self.skip()
        found = self._block(0, 0)
        self.skip()
        if self.text.startswith("...", self.at):
            self.at += 3
            self.skip()
        if self.at < len(self.text):
            self.refuse(f"found {self.rest()}; allowed: one document, entries below each other at the same column")
        return found

    def _block(self, least: int, depth: int) -> Node:
        """The node that comes next, if it stands at column `least` or beyond; else an empty text."""
        column = self.column()
        if column < least:
            return ""
        self.count(depth)
        if self._dash():
            return self._sequence(column, depth)
        if self.text[self.at] in "[{":
            found = self._flow(depth)
            if _COLON.match(self.text, self.at):
                self.refuse("found a collection as a key; allowed: texts")
            return found
        start = self.at
        scalar = self.scalar(PLAIN_BLOCK)
        if not _COLON.match(self.text, self.at):
            return scalar
        self.at = start
        return self._mapping(column, depth)

    def _dash(self) -> bool:
        following = self.text[self.at + 1 : self.at + 2]
        return self.text[self.at : self.at + 1] == "-" and (following in " \r\n" or not following)

    def _sequence(self, column: int, depth: int) -> list[Node]:
        entries: list[Node] = []
        while self.column() == column and self._dash():
            self.at += 1
            entries.append(self._block(column + 1, depth + 1))
        return entries

    def _mapping(self, column: int, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while self.column() == column and not self._dash():
            key = self.scalar(PLAIN_BLOCK)
            colon = _COLON.match(self.text, self.at)
            if colon is None:
                self.refuse(f"found '{key:.60}' among keys; allowed: KEY: VALUE")
            self.at = colon.end()
            self._put(entries, key, self._value(column, depth + 1))
        return entries

    def _value(self, column: int, depth: int) -> Node:
        """What follows a key: on its line a scalar or a flow collection; below it a block, a sequence at the key's own column too."""
        inline = _INLINE.match(self.text, self.at)
        assert inline is not None
        self.at = inline.end()
        if self.text[self.at : self.at + 1] not in ("\n", "\r", ""):
            self.count(depth)
            found = self._flow(depth) if self.text[self.at] in "[{" else self.scalar(PLAIN_BLOCK)
            if _COLON.match(self.text, self.at):
                self.refuse(
                    "found a second ':' on the line; allowed: one KEY: VALUE a line (quote texts with ': ' in them)"
                )
            return found
        same = self.column() == column and self._dash()
        return self._block(column if same else column + 1, depth)

    def _flow(self, depth: int) -> Node:
        """A flow collection or scalar at the present place."""
        self.count(depth)
        sign = self.text[self.at : self.at + 1]
        if sign == "[":
            return self._flow_sequence(depth)
        if sign == "{":
            return self._flow_mapping(depth)
        return self.scalar(PLAIN_FLOW)

    def _flow_sequence(self, depth: int) -> list[Node]:
        numbers = _NUMBERS.match(self.text, self.at)
        if numbers is not None:  # long lists of weights
            self.nodes += numbers[1].count(",")
            self.count(depth)
            self.at = numbers.end()
            inner = numbers[1].strip().removesuffix(",")
            found: list[Node] = [part.strip() for part in inner.split(",")] if inner else []
            return found
        entries: list[Node] = []
        for _ in self._entries("]"):
            entry = self._flow(depth + 1)
            colon = _FLOW_COLON.match(self.text, self.at)
            if colon is not None:
                if not isinstance(entry, str):
                    self.refuse("found a collection as a key; allowed: texts")
                self.at = colon.end()
                entry = {entry: self._flow_value(depth + 1)}
            entries.append(entry)
        return entries

    def _flow_mapping(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for _ in self._entries("}"):
            key = self.scalar(PLAIN_FLOW)
            colon = _FLOW_COLON.match(self.text, self.at)
            if colon is None:
                self.refuse(f"found '{key:.60}' without a value; allowed: {{KEY: VALUE, ...}}")
            self.at = colon.end()
            self._put(entries, key, self._flow_value(depth + 1))
        return entries

    def _flow_value(self, depth: int) -> Node:
        self.skip()
        return "" if self.text[self.at : self.at + 1] in (",", "]", "}") else self._flow(depth)

    def _entries(self, end: str) -> Iterator[None]:
        """Stops at every entry of a flow collection, and behind its end at last."""
        self.at += 1
        while True:
            self.skip()
            if self.text.startswith(end, self.at):
                break
            yield
            self.skip()
            sign = self.text[self.at : self.at + 1]
            if sign not in (",", end):
                self.refuse(f"found {self.rest()}; allowed: ',' or '{end}'")
            self.at += sign == ","
        self.at += 1

    def _put(self, entries: dict[str, Node], key: str, value: Node) -> None:
        if key in entries:
            self.refuse(f"found '{key:.60}' twice in a mapping; allowed: each key once")
        entries[key] = value
