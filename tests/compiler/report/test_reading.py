"""Reading report.json: as it was written, whatever version did, and no more than can be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fake_reports import fake_report

from litesnn.base.errors import ProgramError
from litesnn.compiler.report import read_report, render_html, report_schema

STORED = Path(__file__).parents[2] / "data" / "litesnn-0.1.0" / "program" / "report.json"
TODAY = {"compared_spikes", "compared_readouts", "silent_populations"}


def read(document: dict[str, Any]) -> Any:
    return read_report(json.dumps(document).encode())


@pytest.mark.parametrize("optional", [True, False])
def test_what_was_read_is_written_as_it_stood(optional: bool) -> None:
    document = fake_report(130, 7, optional=optional, diverges=True)
    document["memory"]["unrolled_bits"] = 2**63 - 1
    document["findings"][0] |= {"value": 3, "limit": 3.0}
    assert json.dumps(read(document).plain(), sort_keys=True) == json.dumps(document, sort_keys=True)


def test_a_report_of_the_first_version_is_read_with_the_words_of_today() -> None:
    document = json.loads(STORED.read_bytes())
    jsonschema.Draft202012Validator(report_schema()).validate(document)
    found = read_report(STORED.read_bytes())
    assert found.verification is not None
    assert found.verification.compared_spikes == found.verification.held_spikes > 0
    said = found.plain()
    assert {name for name in said["verification"] if name not in document["verification"]} == TODAY
    assert said["mapping"]["simulation"].pop("compared_spikes") is None
    for name in TODAY:
        del said["verification"][name]
    assert said == document
    render_html(found)


def mesh(columns: int, rows: int) -> Callable[[dict[str, Any]], None]:
    return lambda report: report["mapping"]["mesh"].update(columns=columns, rows=rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (mesh(2**31, 2**31), "mapping: the mesh has 2147483648 x 2147483648 routers of 4 cores"),
        (
            lambda r: r["mapping"].update(mesh=None) or r["mapping"]["cores_detail"][0].update(router=[10**9, 0]),
            "mapping: the mesh has 1000000001 x 1 routers",
        ),
        (
            lambda r: r["mapping"]["placement"]["traffic"].append([0, 99, 1.0]),
            "names core 99, which cores_detail does not",
        ),
        (lambda r: r["schedule"].update(depth=10**9), "schedule.depth: Input should be less than"),
        (lambda r: r["schedule"].update(timesteps=9), "schedule.timesteps is 9, network.timesteps 4"),
        (lambda r: r["network"].update(weights=2**63), "network.weights: Input should be less than"),
        (lambda r: r["network"].update(weights="12"), "network.weights: Input should be a valid integer, found '12'"),
        (lambda r: r["findings"][0].update(value=True), "findings.0.value: Input should be a valid number"),
        (lambda r: r["findings"][0].update(code="x" * 10**6), "findings.0.code: String should match .* \\.\\.\\. x+'"),
        (lambda r: r["network"].update({"y" * 10**6: 1}), "network.y+ \\.\\.\\. y+: Extra inputs are not permitted"),
        (lambda r: r["populations"][0].pop("kind"), "populations.0.kind: Field required \\(was this"),
        (lambda r: r["verification"].update(comparisons=[]), "must be null where nothing was compared"),
    ],
)
def test_what_no_compiler_wrote_is_refused_at_its_place(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    document = fake_report()
    change(document)
    with pytest.raises(ProgramError, match=message) as refusal:
        read(document)
    assert str(refusal.value).startswith("report.json: ")
    assert len(str(refusal.value)) < 600


def test_a_long_slice_is_said_by_its_ends() -> None:
    document = fake_report(1, 3)
    document["mapping"]["cores_detail"][0]["slices"][0]["channels"] = [0, 2**62]
    assert f"channels 0–{2**62 - 1}" in render_html(read(document))


def test_figures_far_apart_are_drawn() -> None:
    document = fake_report(2, 3)
    document["mapping"]["placement"]["traffic"] = [[0, 1, 5e-324], [1, 0, 1.7e308], [0, 0, 1]]
    document["mapping"]["resources"]["neurons"]["limit"] = 1e-300
    document["schedule"] |= {"depth": 2**20, "latency": 2**63 - 1}
    for row in document["certificate"]:
        row |= {"reset_interval": 1, "reset_offset": 0}
    assert len(render_html(read(document))) < 5e6


def test_a_pruning_that_lacks_a_population_is_shown_without_it() -> None:
    document = fake_report()
    record = {"method": "svs", "rates": {}, "inherit": "none", "model_size": [10.0, 5.0]}
    document["pruning"] = [
        {**record, "channels": {"stem": [8, 4], "cell0": [4, 2]}},
        {**record, "channels": {"stem": [4, 2]}},
    ]
    page = render_html(read(document))
    assert "8 → 4 → 2" in page
    assert "4 → 2" in page
