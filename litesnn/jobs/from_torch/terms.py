"""What a value of a traced module is, as a term: what neurons sent in which call, and the linear layers that it went through since.

Terms of one time step and of the next one are the same but for the numbers of the calls, so that an unrolled loop over time is
checked by comparing them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litesnn.compiler.frontends.real.nodes import Shape

HELD = None  # the step of an input that the module does not index


@dataclass(frozen=True)
class Given:
    """The module's input: of a step, or all of it (`step` is None); its shape without batch and time."""

    step: int | None
    shape: Shape


@dataclass(frozen=True)
class Sent:
    """What the neurons at `path` gave in a call: `part` is spikes, mem, syn or state."""

    path: str
    call: int
    part: str


@dataclass(frozen=True)
class Zeros:
    """A constant of zeros, which states and fed back spikes begin with."""


@dataclass(frozen=True)
class Operation:
    """Something linear: the same where name and key are.

    Attributes
    ----------
    members : of its node in NIR
    normalized : where a normalization is folded into the members, those of the layer before it, and its module
    """

    name: str
    key: tuple[Any, ...]
    members: Mapping[str, Any] = field(compare=False)
    normalized: tuple[Mapping[str, Any], Any] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Applied:
    """An operation on a term; `shape` is what it gives, without batch and time."""

    operation: Operation
    argument: Term
    shape: Shape


@dataclass(frozen=True)
class Total:
    """A sum of terms."""

    parts: tuple[Term, ...]


Term = Given | Sent | Zeros | Applied | Total


def shifted(term: Term, calls: int) -> Term:
    """The same term `calls` steps earlier."""
    if isinstance(term, Given):
        return term if term.step is None else replace(term, step=term.step - calls)
    if isinstance(term, Sent):
        return replace(term, call=term.call - calls)
    if isinstance(term, Applied):
        return replace(term, argument=shifted(term.argument, calls))
    if isinstance(term, Total):
        return Total(tuple(shifted(part, calls) for part in term.parts))
    return term


def begun(term: Term) -> Term:
    """A term of a later step as the first step has it: what neurons sent in the step before are zeros."""
    if isinstance(term, Sent):
        return Zeros() if term.call < 0 else term
    if isinstance(term, Applied):
        return replace(term, argument=begun(term.argument))
    if isinstance(term, Total):
        return Total(tuple(begun(part) for part in term.parts))
    return term


def leaves(term: Term) -> Iterator[Given | Sent | Zeros]:
    """Inputs, spikes and zeros that a term is made of."""
    if isinstance(term, Applied):
        yield from leaves(term.argument)
    elif isinstance(term, Total):
        for part in term.parts:
            yield from leaves(part)
    else:
        yield term


def sent_in(term: Term) -> list[Sent]:
    """What neurons sent, of all that a term is made of."""
    return [leaf for leaf in leaves(term) if isinstance(leaf, Sent)]
