"""The card and the plot of a training: what it reached, on which data, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from litesnn.search.training.settings import EpochReport
    from litesnn.search.training.train import TrainingResult


def training_card(result: TrainingResult) -> Card:
    """Test accuracies, and the last epochs."""
    record = result.record
    fixed = "not to be deployed" if record.accuracy_fixed is None else f"{record.accuracy_fixed:.2%}"
    layers = result.registers
    sums = ((found.population, f"{found.reach:,}", f"{found.limit:,}") for found in layers)
    return Card(
        kind="TrainingResult",
        title=result.genotype.name,
        detail=f"trained on {record.dataset}; in {result.path.name}",
        figures=(
            Figure("accuracy, fixed", fixed, f"on {record.test_samples} test samples"),
            *([] if record.accuracy_float is None else [Figure("float", f"{record.accuracy_float:.2%}")]),
            Figure("epochs", f"{len(result.history):,}"),
        ),
        tables=(
            epochs_table(result.history),
            Rows.of("sums beyond the accumulator", ("population", "reach", "limit"), sums, len(layers)),
        ),
    )


def plot_epochs(history: Sequence[EpochReport], title: str, ax: Axes | None) -> Axes:
    """Accuracy on the validation part, epoch by epoch, a line for each phase."""
    from litesnn.base.plots import draw_history

    phases = dict.fromkeys(found.evaluation for found in history)
    lines = {
        f"validation, {phase}": [found.validation_accuracy if found.evaluation == phase else None for found in history]
        for phase in phases
    }
    return draw_history(ax, lines, title, "epoch", "accuracy")


def epochs_table(history: Sequence[EpochReport]) -> Rows:
    """The last epochs, the latest first."""
    rows = (
        (
            found.epoch,
            found.evaluation,
            f"{found.train_loss:.4g}",
            f"{found.validation_loss:.4g}",
            f"{found.validation_accuracy:.2%}",
        )
        for found in reversed(history)
    )
    return Rows.of("epochs, the latest first", ("epoch", "phase", "loss", "validation", "accuracy"), rows, len(history))
