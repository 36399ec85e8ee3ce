"""The example of docs/from-torch.md runs as it stands."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch_stand_ins

PAGE = Path(__file__).parents[2] / "docs" / "from-torch.md"


def test_the_example_makes_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snntorch = ModuleType("snntorch")
    snntorch.Leaky = torch_stand_ins.Leaky  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snntorch", snntorch)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 3  # the others are run where snnTorch is (tests/interop/test_docs_from_torch.py)
    exec(compile(blocks[0], str(PAGE), "exec"), {})
    assert (tmp_path / "program" / "source" / "network.nir").exists()
