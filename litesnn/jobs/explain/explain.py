"""Where accuracy went between the floating-point network and the chip."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from litesnn.base.bars import engine_progress
from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import PAGE
from litesnn.compiler.program import Program
from litesnn.compiler.program.given import AnyProgram, program_of
from litesnn.compiler.report.sections.explanation import ExplanationSection
from litesnn.jobs.card import explanation_card
from litesnn.jobs.engines import Progress
from litesnn.jobs.explain.samples import data_of
from litesnn.jobs.explain.subject import subject_of
from litesnn.jobs.explain.waterfall import waterfall
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice

SAMPLES = 512
"""That are run unless somebody says otherwise."""


@dataclass(frozen=True, eq=False, repr=False)
class Explained(Shown):
    """The waterfall of a program: one change after the other, alone and in sequence, and what was tried to win accuracy back."""

    program: Program
    section: ExplanationSection

    def card(self) -> Card:
        """See `Shown`: from the floating-point network to the chip, change by change."""
        return explanation_card(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the program's report page with the waterfall in it, .html.

        Raises
        ------
        OutputError
            If something else stands there, or it cannot be written.
        """
        from litesnn.compiler.report import render_html

        check_file(Path(path), PAGE)
        page = render_html(self.program.report.model_copy(update={"explanation": self.section}))
        write_atomically(Path(path), page.encode(), PAGE)


def explain(
    program: AnyProgram,
    samples: SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    raw: bool = False,
    count: int = SAMPLES,
    trials: bool = True,
    progress: Progress | bool = True,
) -> Explained:
    """Say where accuracy went: from the floating-point network to the chip, one change at a time, alone and in sequence.

    Without labels, agreement with the floating-point network's class stands for accuracy.

    Parameters
    ----------
    program : its folder, a program, or a compilation
    samples : arrays or their files, a choice of them, or the network's own
    raw : they hold values before they are rounded: raw images, or real values in the file's unit
    count : the first so many are run
    trials : whether changes that may win something back are compiled and run
    progress : True shows bars where somebody looks; or called with (what, done, all)

    Raises
    ------
    DataError
        Where there is no floating-point network, samples do not fit, or all changes together are not the program.
    """
    loaded = program_of(program)
    subject = subject_of(loaded)
    choice = samples if isinstance(samples, SampleChoice) else SampleChoice(samples)
    data = data_of(subject, choice, raw, count)
    with engine_progress(progress) as told:
        return Explained(loaded, waterfall(subject, data, trials=trials, progress=told))
