"""The card of a profile: what a core and a chip hold, and how sure its figures are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.compiler.profile.figure import Figure as Known
    from litesnn.compiler.profile.model import Profile


def profile_card(profile: Profile) -> Card:
    """Of a profile; figures that are not known are left out."""
    chip, core = profile.chip, profile.core
    figures = (
        _figure("cores a chip", chip.cores),
        _figure("chips", chip.chips),
        _figure("neurons a core", chip.neurons_per_core),
        _figure("synapse words a core", core.synapse_words),
        _figure("words a core", core.core_words),
        _figure("longest delay", profile.synapses.delay_max),
    )
    every = list(profile.figures())
    counted = Counter(figure.status for _, figure in every)
    rules = "" if profile.rules_in_force is None else f"; by the rules '{profile.rules_in_force}'"
    own = [(name, figure.value, figure.note) for name, figure in every if figure.status == "USER"]
    return Card(
        kind="Profile",
        title=profile.name,
        detail=f"{profile.title}{rules}",
        figures=tuple(figure for figure in figures if figure is not None),
        tables=(
            Rows.of("how sure its figures are", ("status", "figures"), counted.most_common(), len(counted)),
            Rows.of("set by a user", ("figure", "value", "before"), own, len(own)),
        ),
    )


def _figure(label: str, known: Known[Any]) -> Figure | None:
    if known.value is None:
        return None
    value = f"{known.value:,}" if isinstance(known.value, int) else str(known.value)
    return Figure(label, value, known.status.lower())
