"""docs/printed-counts.md is what its script gives; by the rules of the logs no network takes more cores than Intel's compiler."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from written_nets import intel

DOCS = Path(__file__).parents[3] / "docs"
SLOW = ("YOLO-KP", "PilotNet SDNN")


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_printed_counts", DOCS / "make_printed_counts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for the names in their annotations
    spec.loader.exec_module(module)
    return module


MADE = script()
PAGE = (DOCS / "printed-counts.md").read_text(encoding="utf-8")
ROWS = {line.split(" | ")[0].removeprefix("| "): line for line in PAGE.splitlines() if line.startswith("| ")}


def test_the_page_has_every_network_and_no_count_above_intels() -> None:
    assert PAGE.startswith(MADE.HEAD)
    assert PAGE.endswith(MADE.FOOT)
    for network in MADE.NETWORKS:
        *_, printed, by_log, ours, bound = map(str.strip, ROWS[network.name].strip("| ").split("|"))
        assert int(bound) <= int(ours) <= int(by_log) <= int(printed) == network.printed


@pytest.mark.parametrize("network", [n for n in MADE.NETWORKS if not n.name.startswith(SLOW)], ids=lambda n: n.name)
def test_the_counts_are_what_mapping_gives(network: Any) -> None:
    intel("gts/pilotnet_lif/network.net")
    assert MADE.row(network).text.strip() == ROWS[network.name], "run docs/make_printed_counts.py"
