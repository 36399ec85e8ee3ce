"""The examples of docs/notebook.md run as they stand, one after the other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "notebook.md"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    shutil.copytree(ROOT / "examples" / "residual", tmp_path / "examples" / "residual")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 7
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    pyplot.close("all")
    assert (tmp_path / "floorplan.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "trained.json").exists()
