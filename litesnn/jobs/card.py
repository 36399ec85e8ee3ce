"""The cards of what jobs take and give: samples, and what the checker proves."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows, State
from litesnn.base.cards.shown import brief_value

if TYPE_CHECKING:
    from litesnn.compiler.report.panels.proof import ProofSection
    from litesnn.jobs.samples import SampleChoice, Samples


WORDS: dict[str, State] = {"PROVED": "good", "NOT PROVED": "open", "REFUTED": "bad"}


def samples_card(samples: Samples) -> Card:
    """How many, of which values, and how many of each class."""
    inputs, labels = samples.inputs, samples.labels
    held = "N, C, H, W" if inputs.ndim == 4 else "N, T, C, H, W"
    classes = [] if labels is None else sorted(Counter(labels.tolist()).items())
    return Card(
        kind="Samples",
        title=f"of {len(inputs):,}",
        detail=samples.origin,
        figures=(
            Figure("samples", f"{len(inputs):,}"),
            Figure(held, " × ".join(map(str, inputs.shape)), str(inputs.dtype)),
            *([Figure("values", f"{inputs.min()} to {inputs.max()}")] if inputs.size else []),
            Figure("classes", "no labels" if labels is None else str(len(classes))),
        ),
        tables=(Rows.of("classes", ("class", "samples"), classes, len(classes)),),
    )


def choice_card(choice: SampleChoice) -> Card:
    """What was said of samples; the rest is the network's."""
    said = {
        "inputs": choice.input_path,
        "labels": choice.labels_path,
        "folder": choice.data_dir,
        "data set": choice.dataset,
    }
    given = {what: brief_value(value) for what, value in said.items() if value is not None}
    return Card(
        kind="SampleChoice",
        title=", ".join(given) or "the network's own",
        figures=(*(Figure(what, value) for what, value in given.items()), Figure("seed", str(choice.seed))),
    )


def proof_card(section: ProofSection, kind: str) -> Card:
    """The word, and what stands against it."""
    rows = ((problem.reason, problem.place, problem.detail) for problem in section.problems)
    return Card(
        kind=kind,
        title=section.word,
        answer=section.sentence,
        detail="; ".join(f"not checked: {what}" for what in section.not_checked),
        state=WORDS[section.word],
        figures=tuple(Figure(what, f"{counted:,}") for what, counted in section.checked.items()),
        tables=(Rows.of("what stands against it", ("reason", "place", "says"), rows, len(section.problems)),),
    )
