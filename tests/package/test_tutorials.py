"""The tutorials run as printed, in an empty folder; CI sets LITESNN_INSTALLED to the environment of the installed wheel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tutorial_pages

import litesnn


def verified(program: Path) -> bool:
    """Whether the program's report says that spikes were compared and none differ."""
    found = litesnn.Program.load(program).report.verification
    return found is not None and found.mismatching_spikes == 0 and found.compared_spikes > 0


def test_a_trained_network_is_deployed(tmp_path: Path) -> None:
    tutorial_pages.follow("tutorial-deploy", tmp_path)
    assert verified(tmp_path / "program")
    with np.load(tmp_path / "y-hat.npz") as arrays:
        right = np.load(tmp_path / "y.npy") == arrays["readout"].argmax(1)
    assert right.mean() > 0.9
    assert (tmp_path / "program.nir").exists()


def test_a_network_is_searched(tmp_path: Path) -> None:
    tutorial_pages.follow("tutorial-search", tmp_path)
    assert verified(tmp_path / "program")
    assert "accuracy" in json.dumps(json.loads((tmp_path / "found" / "trained.json").read_text("utf-8"))["training"])


def test_a_network_is_made_to_fit(tmp_path: Path) -> None:
    tutorial_pages.follow("tutorial-fit", tmp_path)
    assert verified(tmp_path / "program")
    assert litesnn.Program.load(tmp_path / "program").report.mapping.cores <= 2


def test_a_chip_is_described(tmp_path: Path) -> None:
    printed = "\n".join(tutorial_pages.follow("tutorial-profile", tmp_path))
    assert "my-chip.toml" in printed
    own = litesnn.Program.load(tmp_path / "program").report.own_figures
    assert own is not None
    assert own.bases == ("my-chip.toml", "loihi2")


def test_every_tutorial_is_tried() -> None:
    pages = {path.stem for path in tutorial_pages.DOCS.glob("tutorial-*.md")}
    assert pages == {"tutorial-deploy", "tutorial-search", "tutorial-fit", "tutorial-profile"}


@pytest.mark.parametrize("page", ["tutorial-deploy", "tutorial-profile"])
def test_files_of_a_page_are_named(page: str) -> None:
    blocks = list(tutorial_pages.BLOCK.finditer((tutorial_pages.DOCS / f"{page}.md").read_text("utf-8")))
    assert [block["file"] for block in blocks if block["language"] != "bash"]
    assert all(block["file"] for block in blocks if block["language"] != "bash")
