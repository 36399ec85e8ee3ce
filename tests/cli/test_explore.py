"""`litesnn explore`: every row is what compiling with its setting gives; rows are kept, bounded, and shown on a page that fits."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from browser import Browser, find_browser
from command_line import call, json_of, ok, refused

import litesnn
from litesnn.compiler.exploration.document import Exploration
from litesnn.compiler.exploration.grid import Grid, at
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.display.exploration_page import render_exploration

THREE_LINES = 'extends = "loihi2"\nneurons_per_core = 20\ncores = 8\n'
SETTINGS = {"neurons_per_core": [16, 128], "weight_bits": [(1, 2, 4, 8), (1,)], "chips": [1]}


@pytest.fixture
def chip(tmp_path: Path) -> Path:
    (tmp_path / "my-chip.toml").write_text(THREE_LINES)
    return tmp_path / "my-chip.toml"


@pytest.fixture(scope="module")
def loaded(program: Path) -> LoadedGenotype:
    found = litesnn.Program.load(program).genotype
    assert found is not None
    return found


@pytest.fixture(scope="module")
def found(loaded: LoadedGenotype) -> Exploration:
    return litesnn.explore(loaded, "loihi2", SETTINGS)


def test_a_row_is_what_compiling_with_its_setting_gives(loaded: LoadedGenotype, found: Exploration) -> None:
    grid = Grid.of(
        [litesnn.load_profile("loihi2")],
        {
            "neurons_per_core": ["16", "128"],
            "weight_bits": ["1,2,4,8", "1"],
            "chips": ["1"],
        },
    )
    assert grid.size == len(found.rows) == 4
    for point, row in list(zip(grid.points(), found.rows, strict=True))[:3]:
        made = litesnn.compile(loaded, at(point), samples=None)
        assert row.fits == made.fits
        assert row.profile_sha256 is not None
        if row.refused is not None:
            assert row.refused.code in {finding.code for finding in made.findings if finding.severity == "error"}
            continue
        mapping, figures = made.program.report.mapping, row.figures
        assert mapping is not None
        assert figures is not None
        schedule = made.program.report.schedule
        assert schedule is not None
        assert (figures.cores, figures.chips, figures.latency) == (mapping.cores, mapping.chips, schedule.latency)
        assert figures.memory_bits == 64 * (mapping.resources["synapse_words"].total or 0)
        assert mapping.lower_bound is not None
        bounds = mapping.lower_bound.by_resource
        assert bounds[figures.binds] == max(bounds.values())


def test_what_is_refused_says_which_rule_and_what_was_needed(found: Exploration) -> None:
    whole = {(row.profile, *row.settings.values()): row for row in found.rows}
    narrow = whole["loihi2", 128, (1,), 1].refused
    assert narrow is not None
    assert (narrow.code, narrow.limit) == ("LSN-WEIGHT-BITS", 1)
    assert all(found.rows[number].fits for number in found.front)
    assert 0 < len(found.front) <= found.fitting < len(found.rows)


def test_without_placement_all_but_the_traffic_is_the_same(loaded: LoadedGenotype, found: Exploration) -> None:
    plain = litesnn.explore(loaded, "loihi2", SETTINGS, place=False)
    for row, other in zip(found.rows, plain.rows, strict=True):
        assert other.refused == row.refused
        if row.figures is not None:
            unplaced = {"packets": None, "packet_hops": None, "busiest_link": None}
            assert other.figures == row.figures.model_copy(update=unplaced)


def test_the_page_opens_clean_on_every_screen(found: Exploration, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_exploration(found), "utf-8")
    if (executable := find_browser()) is None:
        pytest.skip("no browser on PATH")
    with Browser(executable) as browser:
        for width, dark in ((1280, False), (390, True)):
            browser.open(path, width, dark=dark)
            assert (browser.errors, browser.requests) == ([], [path.as_uri()])
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
        fitting = sum(row.fits for row in found.rows)
        assert browser.evaluate("document.querySelectorAll('.charts.one circle').length") == fitting
        assert browser.evaluate("document.querySelectorAll('tbody tr').length") == len(found.rows)


def test_rows_that_stand_in_the_file_are_not_computed_again(
    program: Path, chip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = [option for suffix in ("json", "csv", "html") for option in ("-o", tmp_path / f"rows.{suffix}")]
    asked = [program, "--profile", chip, "--set", "neurons_per_core=16,20", *outputs]
    first = json_of("explore", *asked)
    assert [row["settings"] for row in first["rows"]] == [{"chip.neurons_per_core": n} for n in (16, 20)]
    assert first["profiles"] == [{"name": "my-chip", "bases": ["loihi2"]}]
    assert json.loads((tmp_path / "rows.json").read_bytes()) == first
    with (tmp_path / "rows.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [line["cores"] for line in table] == [str(row["figures"]["cores"]) for row in first["rows"]]
    assert "extends loihi2" in (tmp_path / "rows.html").read_text("utf-8")

    computed = []
    real = litesnn.jobs.explore.measured
    monkeypatch.setattr(litesnn.jobs.explore, "measured", lambda *a, **k: computed.append(a[2]) or real(*a, **k))
    again = json_of("explore", *[str(part).replace("=16,20", "=20,24") for part in asked])
    assert [profile.chip.neurons_per_core.value for profile in computed] == [24]
    assert again["rows"][0] == first["rows"][1]


def test_the_defaults_of_the_command_are_those_of_the_function(program: Path) -> None:
    assert json_of("explore", program) == litesnn.explore(program).document()


def test_exit_code_1_says_that_nothing_fits(program: Path) -> None:
    result = call("explore", program, "--set", "weight_bits=1", "--no-placement")
    assert result.exit_code == 1
    assert "LSN-WEIGHT-BITS" in result.stdout


MANY = ",".join(map(str, range(1, 1001)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", f"neurons_per_core={MANY}", "--set", f"cores={MANY}"], "found 1,000,000 rows (1 profiles x 1,000"),
        (["--set", "corse=4"], "no figure 'corse' (did you mean cores"),
        (["--set", "cores=4,four"], "chip.cores cannot be 'four'"),
        (["--set", "cores=4,4"], "chip.cores: found 4 twice"),
        (["--set", "cores=4", "--set", "chip.cores=8"], "found chip.cores twice"),
        (["--profile", "loihi2", "--profile", "loihi2"], "two profiles called 'loihi2'"),
        (["-o", "rows.txt"], "allowed: one file each of .html, .csv, .json"),
    ],
)
def test_what_cannot_be_gone_through_is_refused_before_any_work(
    program: Path, options: list[str], message: str
) -> None:
    refused(call("explore", program, *options), message)


def test_a_file_that_is_not_ours_or_broken_is_left_alone(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('{"mine": 1}')
    refused(call("explore", program, "-o", path), "is not the rows of `litesnn explore` that LiteSNN wrote")
    path.write_text('{"format": "litesnn.exploration", "version": 9}')
    refused(call("explore", program, "-o", path), "not rows that this version reads: version")


def test_figures_that_do_not_fit_together_are_a_row(program: Path) -> None:
    ok("explore", program, "--profile", "loihi1", "--set", "mesh_cores_max=64,128", "--no-placement")
    rows = litesnn.explore(program, "loihi1", {"mesh_cores_max": [64, 128]}, place=False).rows
    assert rows[0].refused is not None
    assert (rows[0].refused.code, rows[1].fits) == ("profile", True)
