"""docs/support.md is what the readers' own tables say, and the tables name everything that is read."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from litesnn.compiler.frontends.frameworks import FEATURES, FeatureRow
from litesnn.compiler.frontends.modules import MODULES, ModuleRow
from litesnn.compiler.frontends.nir.support import SUPPORT, undocumented

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_the_generated_one() -> None:
    spec = importlib.util.spec_from_file_location("make_support", DOCS / "make_support.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (DOCS / "support.md").read_text(encoding="utf-8") == script.page(), "run docs/make_support.py"


@pytest.mark.parametrize("row", [*FEATURES, *MODULES], ids=lambda row: f"{row.framework}: {row.feature}")
def test_every_feature_names_a_test(row: FeatureRow | ModuleRow) -> None:
    for test in (row.test,) if isinstance(row, FeatureRow) else row.tests:
        path, _, function = test.partition("::")
        assert f"def {function}(" in (DOCS.parent / "tests" / path).read_text("utf-8")


def test_every_node_type_that_is_read_is_in_the_table() -> None:
    assert not undocumented()
    assert len({row.kind for row in SUPPORT}) == len(SUPPORT)
