"""Choices by need on the page: what a genotype records of bits and channels, with what the other half of the samples says."""

from __future__ import annotations

import json
from dataclasses import replace

from fake_reports import fake_report
from random_networks import random_trained_genotype

import litesnn
from litesnn.compiler.genotype import BitsRecord, NeedRecord, PruningRecord
from litesnn.compiler.report import Report, render_html
from litesnn.compiler.report.panels.findings import FindingsPanel
from litesnn.compiler.report.panels.need import NeedPanel

NEED = NeedRecord(
    score="accuracy",
    max_drop=0.5,
    before=0.9867,
    after=0.9833,
    samples=(299, 300),
    data="the 599 held-out test samples of 'digits'",
    words=(4743, 4608),
    profile="loihi2",
    in_time=False,
)


def test_a_compilation_tells_what_its_genotype_records() -> None:
    loaded = random_trained_genotype(0, cells=1, size=4, nodes=1, timesteps=2, channels=3)
    spec = loaded.spec.model_copy(
        update={
            "lowered_bits": (BitsRecord(bits={"stem.edge0": (4, 2)}, need=NEED),),
            "pruning": (
                PruningRecord(
                    method="sca",
                    rates={"stem": 0.5},
                    channels={"stem": (6, 3), "cell0.node0": (3, 3)},
                    inherit="all",
                    model_size=(100.0, 60.0),
                    need=NEED,
                ),
            ),
        }
    )
    report = litesnn.compile(replace(loaded, spec=spec), "loihi2", lava_samples=0).program.report
    panel = NeedPanel.of(Report.model_validate_json(json.dumps(report.plain())))
    assert panel is not None
    assert [(choice.what, choice.rows, choice.lost) for choice in panel.choices] == [
        ("weight bits", (("stem.edge0", "4", "2"),), "−0.34"),
        ("channels", (("stem", "6", "3"),), "−0.34"),
    ]
    page = render_html(report)
    for text in ("98.67 %", "98.33 %", "4,743", "4,608", "The time was over before all was tried", "#need"):
        assert text in page
    assert "#need" not in render_html(Report.model_validate(fake_report()))


def test_bits_of_a_file_stand_there_and_a_record_that_is_none_does_not() -> None:
    choice = {
        "bits": {"first": 7, "last": 2},
        "scale_per": {"first": "channel", "last": "layer"},
        "score": "agreement",
        "max_drop": 5,
        "floating": 1,
        "widest": 0.99,
        "chosen": 0.98,
        "words_widest": 75,
        "words_chosen": 72,
        "samples": 40,
        "in_time": True,
        "alone": {},
    }
    imported = {"format": "nir", "sha256": "0" * 64, "layers": [], "input": "spikes", "transform": None}
    for record, shown in ((choice, True), ({**choice, "bits": "<b>"}, False)):
        report = {**fake_report(), "imported": {**imported, "record": {"bits_by_need": record}}}
        page = render_html(Report.model_validate(report))
        assert ("one a channel" in page) == ("75 → 72" in page) == ('<section id="need"' in page) == shown


def test_rules_that_hold_are_folded_and_others_are_not() -> None:
    report = fake_report(broken=True)
    panel = FindingsPanel.of(Report.model_validate(report))
    assert {finding.severity for finding in panel.open} <= {"error", "warning"}
    assert len(panel.open) + len(panel.held) == len(panel.findings)
    section = (
        render_html(Report.model_validate(report)).partition('<section id="findings"')[2].partition("</section>")[0]
    )
    folded = section.partition("<details>")[2]
    assert all(f"<code>{finding.code}</code>" in folded for finding in panel.held)
    assert all(finding.message not in folded for finding in panel.open)


def test_the_proof_stands_beside_the_verdict() -> None:
    report = fake_report()
    problem = {"reason": "range", "place": "stem", "detail": "the register may wrap"}
    found = {"problems": [problem], "checked": {"blocks": 3}, "not_checked": [], "trusted": ["PyTorch"]}
    for word, mark in (("NOT PROVED", "○"), ("REFUTED", "✗")):
        report["proof"] = {"word": word, **found}
        header = render_html(Report.model_validate(report)).partition("<header")[2].partition("</header>")[0]
        assert f"{word} (range): stem: the register may wrap" in header
        assert mark in header
