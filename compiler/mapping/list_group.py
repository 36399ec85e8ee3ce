"""Lists of one source into one slice, with the configuration that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import AxonLists
from litesnn.compiler.graph import Window
from litesnn.compiler.mapping.model import Slice

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ListGroup:
    """Lists of one source into one slice, with the configuration that says what they mean.

    Attributes
    ----------
    part : the slice
    source : population that sends the spikes
    lists : what the core stores
    window : of the kernel where lists are shared over positions, else None
    read : source channels with kernel rows or population lists, in their order
    kind, base : per source pixel (H, W), for population lists: which lists, and their first target
    subtracts : whether these are the synapses by which neurons of two compartments reset
    """

    part: Slice
    source: str
    lists: AxonLists
    window: Window | None = None
    read: Ints | None = None
    kind: Ints | None = None
    base: Ints | None = None
    subtracts: bool = False
