"""report.html from a document alone: well-formed, complete, unbreakable by names, the same bytes every time."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fake_reports import fake_report

from litesnn.compiler.report import Report, render_html

VOID = {"meta", "link", "br"}
HOSTILE = "</script><script>alert('x')</script>\"' onload=\"alert(1)"


def drawn(document: dict[str, Any]) -> str:
    return render_html(Report.model_validate(document))


class Page(HTMLParser):
    """Checks that tags nest and collects text, attributes and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert len(values) == len(attrs), f"an attribute twice on {tag}: {attrs}"
        self.tags.append((tag, values))
        self.ids += [values["id"]] if values.get("id") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            kind = self.tags[-1][1].get("type") or "script"
            self.scripts[kind] = self.scripts.get(kind, "") + data
        elif not self.open or self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))


SIZES: dict[str, dict[str, Any]] = {
    "one core": {"cores": 1, "populations": 3},
    "one chip, full": {"cores": 128, "populations": 27},
    "four chips": {"cores": 512, "populations": 60, "diverges": True},
    "silent": {"silent": True},
    "diverges": {"diverges": True},
    "broken": {"broken": True},
    "no optional section": {"optional": False},
    "one step per sample": {"timesteps": 1},
    "hostile names": {"name": HOSTILE, "names": (HOSTILE, "x" * 200)},
}


@pytest.mark.parametrize("options", SIZES.values(), ids=SIZES)
def test_every_report_is_well_formed_and_carries_its_data(options: dict[str, Any]) -> None:
    report = fake_report(**options)
    page = Page(drawn(report))
    assert len(set(page.ids)) == len(page.ids)
    assert json.loads(page.scripts["application/json"]) == report


def test_the_same_report_gives_the_same_bytes_before_and_after_it_was_a_file() -> None:
    report = fake_report(cores=41, populations=9)
    read = json.loads(json.dumps(report, sort_keys=True))
    assert list(read["mapping"]["resources"]) != list(report["mapping"]["resources"])
    assert drawn(read) == drawn(report) == drawn(fake_report(cores=41, populations=9))


def test_no_name_becomes_markup() -> None:
    text = drawn(fake_report(name=HOSTILE, names=(HOSTILE,), diverges=True))
    page = Page(text)
    assert "<script>alert" not in text
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert HOSTILE in page.words


def test_nothing_is_loaded_from_anywhere() -> None:
    page = Page(drawn(fake_report()))
    policy = next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    addresses = [
        value for _, attrs in page.tags for name, value in attrs.items() if name in ("href", "src", "xlink:href")
    ]
    assert all(value is not None and value.startswith(("#", "data:,")) for value in addresses)


def test_links_lead_to_sections() -> None:
    for report in (fake_report(), fake_report(optional=False), fake_report(broken=True)):
        page = Page(drawn(report))
        targets = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
        assert {target[1:] for target in targets if target} <= set(page.ids)


def test_figures_of_every_section_appear() -> None:
    report = fake_report(cores=5, populations=6)
    words = Page(drawn(report)).words
    population, cost = report["populations"][1], report["costs"]["populations"]["cell0.node0"]
    for expected in (
        "Every spike agrees",
        "97.50 %",
        "on the first 32",
        "on 1 chip",
        f"{report['schedule']['latency']} steps",
        population["name"],
        f"{population['synapses']:,}",
        f"{cost['synaptic_operations']:,.0f}",
        f"{report['mapping']['resources']['neurons']['max']:,} of 4,096 neurons",
        "row-major",
        "never spikes",
        "0–2, 7",
        "LSN-DELAY",
        "let the cell read a later one",
        "Horowitz, ISSCC 2014",
        "not known (J per sample)",
        report["provenance"]["command"],
        "the 360 held-out test samples of 'digits'",
    ):
        assert expected in words, expected


def test_missing_sections_are_named_and_left_out() -> None:
    page = Page(drawn(fake_report(optional=False)))
    assert not {"floorplan", "resources", "traffic", "costs"} & set(page.ids)
    assert "Not computed for this report: cores, chips and placement; memory as the chip encodes it" in page.words


def test_the_verdict_is_never_better_than_the_evidence() -> None:
    def answer(**options: Any) -> str:
        return Page(drawn(fake_report(**options))).words

    assert "1 rule is broken" in answer(broken=True)
    assert "37 spikes and 2 readouts differ" in answer(diverges=True)
    assert "No spike differs, but none was fired" in answer(silent=True)
    assert "Every spike agrees" not in answer(broken=True) + answer(diverges=True) + answer(silent=True)
    unverified = fake_report()
    unverified["verification"] = None
    assert "Compiled, not verified" in Page(drawn(unverified)).words


def test_a_divergence_is_shown_with_place_membranes_and_causes() -> None:
    words = Page(drawn(fake_report(diverges=True))).words
    for expected in ("(4, 11, 7)", "expected 12,803, found 12,541", "flipped kernel: rotated by 180 degrees"):
        assert expected in words


def test_what_was_not_compared_is_said_and_older_reports_have_no_word_on_it() -> None:
    report = fake_report()
    assert "Not compared, because nothing reads it and it was removed: cell9.node0 (1,200 neurons)." in " ".join(
        "".join(Page(drawn(report)).text).split()
    )
    del report["verification"]["not_compared"]
    assert "Not compared" not in drawn(report)
