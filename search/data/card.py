"""The card of a data set."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.search.data.dataset import Dataset


def dataset_card(data: Dataset) -> Card:
    """Shapes of both parts, and how many samples each has of every class."""
    parts = (("train", data.x_train), ("test", data.x_test))
    counts = [Counter(labels.tolist()) for labels in (data.y_train, data.y_test)]
    classes = [(label, counts[0][label], counts[1][label]) for label in range(data.num_classes)]
    return Card(
        kind="Dataset",
        title=data.name,
        detail="; ".join(data.notes),
        figures=(
            *(Figure(part, " × ".join(map(str, x.shape)), str(x.dtype)) for part, x in parts),
            Figure("classes", str(data.num_classes)),
            Figure("enters as", data.input_spec.encoding),
        ),
        tables=(Rows.of("classes", ("class", "train", "test"), classes, len(classes)),),
    )
