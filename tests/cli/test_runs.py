"""`litesnn compare` and the page of a run: what they show of finished and of stopped runs, and pages that fit every screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bar_images import bar_dataset, bar_genotype
from browser import Browser, find_browser
from command_line import call, json_of, ok, refused
from interruptions import Interrupted, crash_after

from litesnn.search.methods.light import preset, search_cell
from litesnn.search.settings.overrides import with_settings
from litesnn.search.training import TrainingSettings, train_genotype


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`a.json` and `b.json` are trained, `stopped.json` is not yet; `cells` is a search."""
    folder = tmp_path_factory.mktemp("runs")
    genotype = bar_genotype(folder)
    for name, seed in (("a", 0), ("b", 1)):
        settings = TrainingSettings(epochs=2, fixed_epochs=1, batch_size=16, optimizer="adam", lr=0.01, seed=seed)
        train_genotype(genotype, bar_dataset(), folder / f"{name}.json", settings, progress=False)
    with pytest.raises(Interrupted):
        slow = TrainingSettings(epochs=3, fixed_epochs=1, batch_size=32, lr=0.02)
        train_genotype(genotype, bar_dataset(), folder / "stopped.json", slow, on_epoch=crash_after(2))
    changes = {
        "channels": 4,
        "batch_size": 8,
        "repeats": 1,
        "timesteps": 2,
        "candidates": 4,
        "pool": "max",
        "last_pool": 1,
    }
    search_cell(bar_dataset(), folder / "cells", with_settings(preset("snasnet", "tiny"), changes), progress=False)
    return folder


def test_runs_stand_side_by_side(runs: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / f"out.{suffix}" for suffix in ("html", "csv", "json")]
    names = [runs / "a.json", runs / "b.json", runs / "stopped.json", runs / "cells"]
    found = json_of("compare", *names, *(part for place in outputs for part in ("-o", place)))
    assert json.loads(outputs[2].read_text()) == found
    assert [(run["run"], run["state"], run["done"], run["of"]) for run in found["runs"]] == [
        ("a", "done", 3, 3),
        ("b", "done", 3, 3),
        ("stopped", "stopped", 2, 4),
        ("cells", "done", 4, 4),
    ]
    assert [group["runs"] for group in found["groups"]] == [["a", "b"]]
    assert len(outputs[1].read_text().splitlines()) == 5
    shown = " ".join(ok("compare", runs / "a.json", runs / "b.json").stdout.split())
    assert "2 seeds (a, b), mean ± standard deviation: test, fixed" in shown
    ok("compare", *names, *(part for place in outputs for part in ("-o", place)))  # all three are replaced


def test_what_is_no_run_is_refused(runs: Path, tmp_path: Path) -> None:
    refused(call("compare", tmp_path), "no run; allowed: the folder of a search")
    refused(call("report", runs / "bars.json"), "no run; allowed: the folder of a search")
    refused(call("report", runs), "found 4 runs; allowed: one of them, or litesnn compare")
    (tmp_path / "mine.csv").write_text("a,b\n")
    refused(call("compare", runs / "a.json", "-o", tmp_path / "mine.csv"), "is not a table of `litesnn compare`")


def test_pages_open_clean_on_every_screen(runs: Path, tmp_path: Path) -> None:
    pages = {name: tmp_path / f"{name}.html" for name in ("a", "stopped", "cells")}
    for name, page in pages.items():
        ok("report", runs / ("cells" if name == "cells" else f"{name}.json"), "-o", page)
    ok("compare", runs / "a.json", runs / "stopped.json", runs / "cells", "-o", tmp_path / "all.html")
    assert "--resume goes on with it" in pages["stopped"].read_text("utf-8")
    if (executable := find_browser()) is None:
        pytest.skip("no browser on PATH")
    with Browser(executable) as browser:
        for path in (*pages.values(), tmp_path / "all.html"):
            for width, dark in ((1280, False), (390, True)):
                browser.open(path, width, dark=dark)
                assert (browser.errors, browser.requests) == ([], [path.as_uri()])
                assert browser.evaluate("document.documentElement.scrollWidth") <= width
                assert browser.evaluate("document.querySelectorAll('svg').length") > 0
