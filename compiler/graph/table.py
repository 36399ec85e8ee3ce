"""What a back end knows to do with each kind of neuron, geometry or encoding: a table, in which nothing stands for all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from litesnn.base.errors import BackendError, LiteSNNError
from litesnn.compiler.graph.geometry import Geometry
from litesnn.compiler.graph.kinds import Population

Entry = TypeVar("Entry")
Subject = Population | Geometry


class Table(Generic[Entry]):
    """A back end's entry per class; a subclass that it was not taught is refused like any other.

    Parameters
    ----------
    owner : the back end, as messages name it
    entries : class -> entry
    error : what is raised for a class that has none
    """

    def __init__(
        self, owner: str, entries: Mapping[type[Subject], Entry], error: type[LiteSNNError] = BackendError
    ) -> None:
        self.owner, self._entries, self._error = owner, dict(entries), error

    def __iter__(self) -> Iterator[type[Subject]]:
        return iter(self._entries)

    def __contains__(self, kind: object) -> bool:
        return kind in self._entries

    def add(self, kind: type[Subject], entry: Entry) -> None:
        """An entry for a class of a plugin's."""
        self._entries[kind] = entry

    def entry(self, kind: type[Subject]) -> Entry:
        """The entry of a class that is here."""
        return self._entries[kind]

    def values(self) -> list[Entry]:
        """All entries."""
        return list(self._entries.values())

    def of(self, subject: Subject, name: str) -> Entry:
        """The entry of a population or geometry; `name` is what a message calls it.

        Raises
        ------
        LiteSNNError
            Of the table's own class, where the back end has nothing for it: it says what it has.
        """
        kind = type(subject)
        if kind not in self._entries:
            raise self._error(self.refusal(subject, name))
        return self._entries[kind]

    def refusal(self, subject: Subject, name: str) -> str:
        """What to say of something that has no entry."""
        known = ", ".join(entry.kind for entry in self._entries)
        return f"'{name}': found {subject.kind}, which {self.owner} has nothing for; it has: {known}"
