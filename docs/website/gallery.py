"""Report pages of compiled programs, as the site shows them."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import litesnn
from litesnn.compiler.report import render_html

EXAMPLES = ("digits", "fashion", "residual", "events", "audio")
SAMPLES = 8


def compiled_examples(root: Path) -> list[litesnn.Program]:
    """The shipped networks compiled for Loihi 2, a few samples of each in the exact simulator and in PyTorch."""
    programs = []
    for name in EXAMPLES:
        folder = root / "examples" / name
        inputs, labels = (path if path.exists() else None for path in (folder / "inputs.npy", folder / "labels.npy"))
        loaded = litesnn.load_genotype(folder / "genotype.json")
        samples = litesnn.verification_samples(loaded.spec, input_path=inputs, labels_path=labels)
        known = None if samples.labels is None else samples.labels[:SAMPLES]
        few = replace(samples, inputs=samples.inputs[:SAMPLES], labels=known)
        programs.append(litesnn.compile(loaded, "loihi2", samples=few, lava_samples=0).program)
    return programs


def write_reports(programs: list[litesnn.Program], folder: Path) -> str:
    """A page per program in `folder`/reports, and the Markdown that leads to them."""
    (folder / "reports").mkdir(parents=True)
    lines = ["", "", "Reports as `litesnn-compile` writes them; each is one file that opens offline:", ""]
    files = []
    for report in (program.report for program in programs):
        files.append(escape(f"reports/{report.name}-{report.profile}.html"))
        (folder / "reports" / f"{report.name}-{report.profile}.html").write_text(render_html(report), "utf-8")
        lines.append(f'- <a href="{files[-1]}">{escape(report.name)} on {escape(report.profile)}</a>')
    frame = f'<iframe class="report-frame" src="{files[0]}" title="The first of the reports" loading="lazy"></iframe>'
    return "\n".join([*lines, "", frame, ""])
