"""One kind of published arrays: how to know it, what it takes and what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.genotype import Genotype
from litesnn.search.published.arrays import Arrays
from litesnn.search.published.settings import Settings

if TYPE_CHECKING:
    from litesnn.search.published.weights import PublishedWeights

Build = Callable[[Arrays, str, Settings], tuple[Genotype, tuple[str, ...]]]
"""Arrays, name and settings in; the genotype and what is to be said about it out."""
Weights = Callable[[Genotype, Mapping[str, object]], "PublishedWeights"]
"""A genotype and the names in a state dict in; where each tensor of the genotype stands out."""


@dataclass(frozen=True)
class Kind:
    """One search method's arrays.

    Attributes
    ----------
    title, names : the method, and the arrays it is made of, in words
    defaults, takes : settings where the user gives none, and those the user may give
    recognizes : whether arrays look like this kind
    build : see `Build`
    weights : see `Weights`, or why no state dict of this kind can be taken over
    """

    title: str
    names: str
    defaults: Settings
    takes: frozenset[str]
    recognizes: Callable[[Arrays], bool]
    build: Build
    weights: Weights | str
