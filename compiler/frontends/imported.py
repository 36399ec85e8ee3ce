"""What every reader of a foreign format returns: a graph of integers, and an account of how each part got there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litesnn.compiler.graph import Graph


@dataclass(frozen=True)
class Layer:
    """One row of the support table: a layer of the source file, the population it became (None: folded or left out), a note."""

    name: str
    type: str
    population: str | None
    note: str = ""


@dataclass(frozen=True)
class Transform:
    """What the host does with real-valued input: trunc(weight * x + bias), truncated toward zero."""

    weight: int
    bias: int


@dataclass(frozen=True, eq=False)
class SourceFile:
    """The file a network came from, as a program keeps it beside the integers.

    Attributes
    ----------
    name : of the network
    source_format : "slayer" or "nir"
    document, suffix : the file's own bytes, and ".net" or ".nir"
    layers : rows of the support table
    input_note : how to feed it: axis order, dtype, range, per step or held
    record : what else the report keeps, by key
    transform : for real-valued input, where the file has one
    """

    name: str
    source_format: str
    document: bytes
    suffix: str
    layers: tuple[Layer, ...]
    input_note: str
    record: dict[str, Any] = field(default_factory=dict)
    transform: Transform | None = None


@dataclass(frozen=True, eq=False)
class Imported(SourceFile):
    """A network read from elsewhere: its graph of integers, before scheduling and mapping.

    graph : populations in reading order; labels say how faithful each step was, `isolated` how samples follow each other
    """

    graph: Graph = field(kw_only=True)
