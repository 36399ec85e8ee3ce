"""`litesnn show`: one page and the same numbers as JSON; an exit code that says whether engines agree; no other file is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import call, json_of, ok, refused


def test_the_page_carries_the_numbers_that_json_prints(program: Path, inputs: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    arguments = ("--input", inputs, "--sample", 2, "--neuron", "readout:1", "--neuron", "stem", "--engines", "exact")
    found = json_of("show", program, *arguments, "-o", page)
    text = page.read_text("utf-8")
    assert (found.pop("output"), found.pop("bytes")) == (str(page), len(text.encode()))
    carried = text.partition('<script type="application/json" id="report">')[2].partition("</script>")[0]
    assert json.loads(carried) == found
    assert (found["sample"], [neuron["population"] for neuron in found["neurons"]]) == (2, ["readout", "stem"])
    assert found["neurons"][0]["neuron"] == [1, 0, 0]
    assert found["neurons"][0]["sent"] == []
    assert "default-src 'none'" in text
    assert not any(scheme in text for scheme in ("http://", "https://"))


def test_it_replaces_its_own_page_alone(
    program: Path, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert "page written to small-sample1.html" in ok("show", program, "--input", inputs, "--sample", 1).stdout
    mine = tmp_path / "mine.html"
    mine.write_text("<title>mine</title>")
    refused(call("show", program, "--input", inputs, "-o", mine), "mine.html")
    assert mine.read_text() == "<title>mine</title>"
    refused(call("show", program, "--input", inputs, "--against", tmp_path), "--against; the trace says which inputs")
    refused(call("show", program, "--raw"), "--raw: found without --input")
