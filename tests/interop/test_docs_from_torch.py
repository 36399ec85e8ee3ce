"""The examples of docs/from-torch.md, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("snntorch")

PAGE = Path(__file__).parents[2] / "docs" / "from-torch.md"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named: dict[str, object] = {}
    for example in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(example, named)
    assert {path.name for path in tmp_path.iterdir()} >= {"program", "module.json", "tuned.json"}
