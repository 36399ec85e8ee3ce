"""The cards of what jobs take and give: samples, what the checker proves, what was written, chosen and explained."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows, State
from litesnn.base.cards.shown import brief_value

if TYPE_CHECKING:
    from litesnn.compiler.report.panels.proof import ProofSection
    from litesnn.compiler.report.sections.explanation import MeasuredEntry
    from litesnn.jobs.by_need.genotypes import FewerBits
    from litesnn.jobs.conformance.pack import ConformancePack
    from litesnn.jobs.explain.explain import Explained
    from litesnn.jobs.export import ExportedFiles
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


def exported_card(exported: ExportedFiles) -> Card:
    """Which files, and what the other tool computes differently."""
    return Card(
        kind="ExportedFiles",
        title=f"for {exported.to}",
        figures=tuple(Figure("file", str(place)) for place in exported.files),
        tables=(Rows.of("what is to be said", ("note",), ([note] for note in exported.notes), len(exported.notes)),),
    )


def pack_card(pack: ConformancePack) -> Card:
    """What is in it."""
    return Card(
        kind="ConformancePack",
        title=str(pack.path),
        detail=f"the first {pack.samples} of {pack.origin}",
        figures=(
            Figure("samples", f"{pack.samples:,}"),
            Figure("steps a sample", str(pack.timesteps)),
            Figure("populations", str(len(pack.populations))),
            Figure("files", f"{pack.files:,}", f"{pack.bytes:,} bytes"),
        ),
    )


def lowered_card(result: FewerBits) -> Card:
    """Bits of edges before and after, and what they cost."""
    need, bits = result.record.need, result.record.bits
    rows = ((edge, before, after) for edge, (before, after) in bits.items())
    return Card(
        kind="FewerBits",
        title=result.genotype.spec.name,
        answer=f"{len(bits)} edge(s) have fewer bits",
        detail=f"{need.score} on {need.samples[1]} samples that had no part in the choice",
        figures=(
            Figure(need.score, f"{need.after:.2%}", f"{need.before:.2%} before"),
            Figure("synapse memory", f"{need.words[1]:,} words", f"{need.words[0]:,} before, on {need.profile}"),
        ),
        tables=(Rows.of("bits by need", ("edge", "before", "after"), rows, len(bits)),),
    )


def explanation_card(explained: Explained) -> Card:
    """From the floating-point network to the chip, change by change."""
    section = explained.section

    def said(run: MeasuredEntry | None) -> str:
        return "" if run is None else f"{section.score(run):.2%}"

    what = "accuracy" if section.labels else "agreement"
    changes = [(change.name, said(change.alone) or change.nothing, said(change.sequence)) for change in section.changes]
    tried = [(entry.change, said(entry.measured) or entry.problem) for entry in section.tried]
    return Card(
        kind="Explained",
        title=explained.program.name,
        detail=f"{section.samples} samples: {section.of}",
        figures=(
            Figure(f"{what}, {section.computed_by}", said(section.reference)),
            Figure(f"{what}, chip", said(section.chip)),
        ),
        tables=(
            Rows.of("one change at a time", ("change", "alone", "in sequence"), changes, len(changes)),
            Rows.of("what may win something back", ("change", what), tried, len(tried)),
        ),
    )
