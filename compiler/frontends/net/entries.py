"""Entries of a .net file that are known but not used: when they change nothing, and what to do when they would.

An entry is used (the readers in `document` and `neurons` ask for it), neutral (listed here, as long as its value is one that
changes nothing), or refused by name. None is dropped without a word: what nobody knows could change the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.net.fields import Array, Fields


@dataclass(frozen=True)
class Entry:
    """One entry that is not used.

    Attributes
    ----------
    harmless : values that change nothing, in every element; None: whatever it holds
    allowed : those values, in words
    why : what it means, and what to do about another value
    """

    harmless: frozenset[float] | None
    allowed: str
    why: str

    def changes_nothing(self, values: Array) -> bool:
        """Whether the network is the same without it."""
        if self.harmless is None:
            return True
        return values.dtype.kind in "biuf" and bool(np.isin(values, sorted(self.harmless)).all())


ZERO = frozenset({0.0})
ZERO_OR_ONE = frozenset({0.0, 1.0})
TRAINING = Entry(None, "anything", "SLAYER's own, for training or in other units")

NEURON: Mapping[str, Entry] = {
    "refDelay": Entry(
        ZERO_OR_ONE,
        "0 or 1 (no refractory period)",
        "a longer refractory period is not what netx or SLAYER compute, and the neuron has none. Train without it",
    ),
    "wgtExp": Entry(ZERO, "0", "a weight exponent besides 'weight_exp'; multiply the weights"),
    "gradedSpike": Entry(
        ZERO,
        "false",
        "spikes that carry the membrane. Lava's LIF has none (netx runs them as binary spikes without a word); export a network "
        "with graded_spike=False",
    ),
    "theta": TRAINING,
    "tauRho": TRAINING,
    "scaleRho": TRAINING,
}


def settle(fields: Fields, known: Mapping[str, Entry]) -> None:
    """Mark neutral entries of one group as read.

    Raises
    ------
    ImportFileError
        For a known entry with a value that would change the network.
    """
    for name, entry in known.items():
        values = fields.peek(name)
        if values is not None and not entry.changes_nothing(values):
            fields.refuse(f"found {_shown(values)}; allowed: {entry.allowed}. It means {entry.why}", name)
        fields.ignore(name)


def refuse_unread(fields: Fields) -> None:
    """Refuse the first entry that no reader asked for.

    Raises
    ------
    ImportFileError
        Naming it, and what to do.
    """
    for path in fields.unread:
        fields.refuse_at(
            path,
            "an entry that is not known here, and so could change the network; allowed are those that SLAYER and netx write for "
            "such a layer. If the network is the same without it, delete it from the file",
        )


def _shown(values: Array) -> str:
    if values.size == 1:
        return brief(str(values.reshape(())[()]), 40)
    return f"{values.dtype} of shape {values.shape}"
