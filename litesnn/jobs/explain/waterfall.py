"""The waterfall of a program on samples, with what was tried out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from litesnn.base.errors import CompileError
from litesnn.compiler.report.sections.explanation import (
    ChangeEntry,
    EdgeEntry,
    ExplanationSection,
    MeasuredEntry,
    TriedEntry,
)
from litesnn.jobs.engines import Progress
from litesnn.jobs.explain.effects import EFFECTS, NONE, Switches
from litesnn.jobs.explain.measure import Counts, Data, measure
from litesnn.jobs.explain.subject import Subject
from litesnn.jobs.explain.trials import memory, trials_of, tried

EDGES_MAX = 32
"""Edges that are looked at one by one."""


def waterfall(
    subject: Subject, data: Data, *, trials: bool = True, progress: Progress | None = None
) -> ExplanationSection:
    """The waterfall of a program on samples.

    Parameters
    ----------
    trials : whether changes that may win something back are compiled and run
    progress : called with (what, done, all)

    Raises
    ------
    DataError
        Where all changes together are not the program.
    """

    def said(what: str) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, total: progress(what, done, total)

    on = [key for key in EFFECTS if key != "input" or data.real is not None]
    keys = list(EFFECTS)
    variants = {
        "": NONE,
        **{f"alone {key}": Switches(frozenset({key})) for key in on},
        **{f"with {key}": Switches(frozenset(keys[: keys.index(key) + 1])) for key in on},
    }
    own, counts = measure(subject, data, variants, said("float and hybrid"))
    composed, chip = counts[""], counts[f"with {on[-1]}"]
    changes, last = [], composed
    for key, name in EFFECTS.items():
        if key not in on:
            nothing: str | None = "the samples were given as integers"
            changes.append(_change(key, name, nothing, None, last, data))
            continue
        before, last, alone = last, counts[f"with {key}"], counts[f"alone {key}"]
        still = alone.differing == composed.differing and last.differing == before.differing
        nothing = "changes no spike" if still else None
        changes.append(_change(key, name, nothing, alone, last, data))
    edges = (
        _edges(subject, data, said("weights by layer"))
        if counts["alone weights"].differing != composed.differing
        else []
    )
    section = ExplanationSection(
        samples=chip.samples,
        of=data.origin,
        labels=data.labels is not None,
        computed_by=subject.reference,
        reference=_entry(own, data),
        composed=_entry(composed, data),
        changes=tuple(changes),
        clipped_inputs=_clipped(subject, data),
        edges=tuple(edges),
        words=_memory(subject),
        tried=(),
        best=None,
    )
    return _with_trials(section, subject, data, own, said("trials")) if trials else section


def _change(
    key: str, name: str, nothing: str | None, alone: Counts | None, sequence: Counts, data: Data
) -> ChangeEntry:
    return ChangeEntry(
        key=key,
        name=name,
        nothing=nothing,
        alone=None if alone is None else _entry(alone, data),
        sequence=_entry(sequence, data),
    )


def _entry(counts: Counts, data: Data) -> MeasuredEntry:
    return MeasuredEntry(
        accuracy=None if data.labels is None else counts.right / counts.samples,
        agreement=counts.same_class / counts.samples,
        differing=counts.share(),
    )


def _clipped(subject: Subject, data: Data) -> float | None:
    if data.real is None:
        return None
    return float((np.abs(data.integers - data.real) > 0.5 + 1e-9).mean())


def _memory(subject: Subject) -> int | None:
    try:
        return memory(subject.program.graph, subject.program.profile)
    except CompileError:
        return None


def _edges(subject: Subject, data: Data, progress: Callable[[int, int], None] | None) -> list[EdgeEntry]:
    """Edges with weights of their own, each as integers by itself; the worst first."""
    blocks = [block for neurons in subject.hybrid.neurons for block in neurons.synapses if block.by == "weights"]
    names = list(dict.fromkeys(block.edge for block in blocks if block.edge in subject.bits))[:EDGES_MAX]
    variants = {name: Switches(frozenset({"weights"}), only=name) for name in names}
    _, counts = measure(subject, data, variants, progress)
    entries = [EdgeEntry(edge=name, bits=subject.bits[name], alone=_entry(counts[name], data)) for name in names]
    return sorted(entries, key=lambda entry: (_score(entry.alone), -sum(entry.alone.differing.values())))


def _score(run: MeasuredEntry) -> float:
    return run.agreement if run.accuracy is None else run.accuracy


def _with_trials(
    section: ExplanationSection,
    subject: Subject,
    data: Data,
    own: Counts,
    progress: Callable[[int, int], None] | None,
) -> ExplanationSection:
    """The section with what was tried; nothing is where nothing was lost."""
    chip = _score(section.chip)
    if _score(section.reference) <= chip:
        return section
    worst = [edge.edge for edge in section.edges if edge.alone.worst is not None]
    waiting, entries = list(trials_of(subject.origin, data, worst)), []
    wanted = np.concatenate(own.classes) if data.labels is None else data.labels
    for number, trial in enumerate(waiting):
        outcome = tried(trial, subject.program.profile)
        run = None
        if outcome.classes is not None:
            share = float((outcome.classes == wanted).mean())
            run = MeasuredEntry(accuracy=share if data.labels is not None else None, agreement=share, differing={})
        more = None if outcome.words is None or section.words is None else outcome.words - section.words
        entries.append(
            TriedEntry(
                change=trial.change,
                option=trial.option,
                measured=run,
                words=outcome.words,
                words_more=more,
                problem=outcome.problem,
            )
        )
        if progress is not None:
            progress(number + 1, len(waiting))
    ranked = [
        (-_score(entry.measured), entry.words or 0, number)
        for number, entry in enumerate(entries)
        if entry.measured is not None and _score(entry.measured) > chip
    ]
    return section.model_copy(update={"tried": tuple(entries), "best": min(ranked)[2] if ranked else None})
