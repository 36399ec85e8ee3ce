"""The card and the plot of what a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from litesnn.search.run.history import SearchResult


def search_card(result: SearchResult) -> Card:
    """What was decided, by which method, and where it lies."""
    history = result.history
    decoded = history["decoded"]
    done = [("epochs", history["epochs"])] if "epochs" in history else [("evaluations", history.get("rows", ()))]
    return Card(
        kind="SearchResult",
        title=result.genotype.name,
        detail=f"found by {history['method']} on {history['dataset']}; not trained yet; in {result.path.name}",
        figures=(
            Figure("steps a sample", str(result.genotype.timesteps)),
            Figure("cells", str(len(result.genotype.cells))),
            *(Figure(name, f"{len(rows):,}") for name, rows in done),
        ),
        tables=(
            Rows.of(
                "what was decided", ("choice", "found"), [(k, _written(v)) for k, v in decoded.items()], len(decoded)
            ),
        ),
    )


def plot_search(result: SearchResult, ax: Axes | None) -> Axes:
    """What is told step by step: the accuracy of the network that an epoch stands for, or the scores of what was evaluated."""
    from litesnn.base.plots import draw_history

    history, title = result.history, result.genotype.name
    if "epochs" in history:
        accuracies = [row["accuracy"][row["decoded"]["timesteps"] - 1] for row in history["epochs"]]
        return draw_history(ax, {"supernet, at the T it chose": accuracies}, title, "epoch", "accuracy")
    scores = [score for row in history.get("rows", ()) for score in _scores(row)]
    return draw_history(ax, {"score": scores}, title, "evaluation", "score, untrained")


def _scores(row: dict[str, Any]) -> list[float | None]:
    """Of one candidate, or of every removal that a round tried."""
    return [row["score"]] if "score" in row else [score for *_, score in row["scores"]]


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {choice}" for name, choice in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
