"""What the image of a program is: memory, axons, routes and neurons of every core, and what enters from outside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.encoding import MemoryImage
from litesnn.compiler.encoding.rule import AXES
from litesnn.compiler.image.documents import CoreDocument, GroupDocument, ImageDocument, SenderDocument, WindowDocument
from litesnn.compiler.margin import NO_MARGIN, Margin

Ints = npt.NDArray[np.int64]

LIST, POPULATION, WINDOW = 0, 1, 2
"""Kinds of reads: the axon's one list; a list per atom, which the tag says; rows of a kernel, which the tag's place selects."""
OWN_ID = 2**32 - 1
"""Tag of a route whose neurons each send their id in their population's map."""


@dataclass(frozen=True, eq=False, repr=False)
class Group(Brief):
    """Neurons of one population on a core; `parameters`: name -> (channels,)."""

    document: GroupDocument
    parameters: dict[str, Ints]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of the box."""
        found = self.document
        c, y, x = (last - first for first, last in (found.channels, found.rows, found.columns))
        return c, y, x

    @property
    def size(self) -> int:
        """Neurons, each counted once whatever compartments it takes."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def margin(self) -> Margin:
        """Gaps between its neurons."""
        return Margin(*(self.document.margin or NO_MARGIN))

    @property
    def numbers(self) -> int:
        """Numbers that it takes on the core, those of gaps included."""
        return self.margin.numbers(self.shape) * self.document.compartments

    @property
    def sending(self) -> int:
        """First number of the compartments that send: with two, all first ones stand before all second ones, which spike."""
        return self.document.first + self.numbers // self.document.compartments * (self.document.compartments - 1)

    def places(self, axes: tuple[int, int, int]) -> Ints:
        """Number of each neuron of the box (C order), from its first one on; `axes` from the outermost to the innermost."""
        shape = self.shape
        numbers = self.margin.places((shape[axes[0]], shape[axes[1]], shape[axes[2]]))
        found: Ints = numbers.transpose(np.argsort(axes)).ravel()
        return found

    def ids(self) -> Ints:
        """Id in the population's map of each neuron of the box, in C order."""
        found = self.document
        axes = (np.arange(*interval) for interval in (found.channels, found.rows, found.columns))
        ids: Ints = np.ravel_multi_index(np.meshgrid(*axes, indexing="ij"), found.map).ravel()
        return ids


@dataclass(frozen=True, eq=False, repr=False)
class CoreImage(Brief):
    """One core.

    Attributes
    ----------
    memory : its lists and the one table of format registers
    axons : (axons + 1,) first read of each input axon
    reads : (reads, 6) kind, first list, lists, base, group, window; see docs/image.md
    routes : (routes, 5) first neuron, neurons, core, axon, tag: where spikes go
    windows, groups : what reads of kernels and neurons are configured by
    """

    document: CoreDocument
    memory: MemoryImage
    axons: Ints
    reads: Ints
    routes: Ints
    groups: tuple[Group, ...]

    @property
    def windows(self) -> tuple[WindowDocument, ...]:
        """The kernels that reads slide over their source."""
        return self.document.windows

    @cached_property
    def neurons(self) -> int:
        """Numbers that neurons take."""
        return sum(group.numbers for group in self.groups)


@dataclass(frozen=True, eq=False, repr=False)
class Sender(Brief):
    """What enters the cores from outside: the network's input, or a population that the host computes.

    `routes` as of a core, of ids; `writes` : (writes, 3) id, core, neuron: values that the host writes into neurons.
    """

    document: SenderDocument
    routes: Ints
    writes: Ints

    @property
    def size(self) -> int:
        """Neurons of its map."""
        c, y, x = self.document.shape
        return c * y * x


@dataclass(frozen=True, eq=False, repr=False)
class Image(Brief):
    """All cores of a program, and what enters them."""

    document: ImageDocument
    cores: tuple[CoreImage, ...]
    senders: tuple[Sender, ...]

    @property
    def axes(self) -> tuple[int, int, int]:
        """Axes (channel, row, column) of a group from the outermost to the innermost, as its neurons are numbered."""
        a, b, c = (AXES.index(name) for name in self.document.order)
        return a, b, c
