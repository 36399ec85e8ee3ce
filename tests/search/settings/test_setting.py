"""Settings say of themselves what they are and may be; classes, command line and docs/settings.md cannot drift apart."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest

from litesnn.base.errors import LiteSNNError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import NamedSetting, Setting, settings_of
from litesnn.compiler.genotype import QuantizerSpec
from litesnn.search.methods.light.settings import CellSearchSettings
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.structured.settings import Scoring
from litesnn.search.networks.choices import NetworkChoices, QuantizerChoices
from litesnn.search.training.settings import TrainingSettings

DOCS = Path(__file__).parents[3] / "docs"
CLASSES: list[type[Any]] = [
    TrainingSettings,
    SearchSettings,
    CellSearchSettings,
    Scoring,
    NetworkChoices,
    QuantizerChoices,
]
SETTINGS = [(kind, named) for kind in CLASSES for named in settings_of(kind)]


@dataclass(frozen=True)
class Small:
    """Bounds of every form."""

    count: Annotated[int, Setting("A count.", low=1, high=8)] = 2
    share: Annotated[float, Setting("A share.", above=0, high=1)] = 0.5
    inner: Annotated[float, Setting("A part.", above=0, below=1)] = 0.5
    rate: Annotated[float, Setting("A rate.", above=0)] = 0.1
    decay: Annotated[float, Setting("A decay.", low=0)] = 0.0
    mode: Annotated[Literal["a", "b"], Setting("A mode.")] = "a"
    sides: Annotated[tuple[int, ...], Setting("Sides.", low=1)] = (1, 2)
    bits: Annotated[int | None, Setting("Bits.", low=1, high=8)] = None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 0}, "count: found 0; allowed: a whole number, 1 to 8"),
        ({"count": 9}, "count: found 9; allowed: up to 8"),
        ({"count": 10**40}, "count: found a number of 41 digits; allowed: up to 8"),
        ({"share": 0.0}, "share: found 0.0; allowed: above 0, up to 1"),
        ({"share": float("nan")}, "share: found nan; allowed: a finite number"),
        ({"inner": 1.0}, "inner: found 1.0; allowed: between 0 and 1, both excluded"),
        ({"rate": 0.0}, "rate: found 0.0; allowed: above 0"),
        ({"decay": -1.0}, "decay: found -1.0; allowed: 0 or more"),
        ({"mode": "c"}, "mode: found 'c'; allowed: a, b"),
        ({"sides": (1, 0)}, "sides: found 0; allowed: a whole number, 1 or more"),
        ({"sides": (1,) * 65}, "sides: found 65 entries; allowed: up to 64"),
        ({"bits": 9}, "bits: found 9; allowed: up to 8"),
    ],
)
def test_values_outside_their_bounds_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(LiteSNNError) as refused:
        check_settings(replace(Small(), **changes), LiteSNNError)
    assert str(refused.value) == message


def test_values_at_their_bounds_are_taken() -> None:
    check_settings(Small(count=1, share=1.0, rate=1e-9, bits=8), LiteSNNError)
    check_settings(Small(count=8, bits=1), LiteSNNError)


def test_a_field_that_says_nothing_of_itself_is_a_mistake() -> None:
    silent = dataclass(type("Silent", (), {"__annotations__": {"count": int}, "count": 1}))
    with pytest.raises(TypeError, match="Silent.count: its type has to be Annotated"):
        settings_of(silent)


@pytest.mark.parametrize(("kind", "named"), SETTINGS, ids=lambda value: getattr(value, "name", ""))
def test_every_setting_has_a_sentence_and_a_default_within_its_bounds(kind: type, named: NamedSetting) -> None:
    assert named.setting.help.endswith(".")
    check_settings(kind(), LiteSNNError)
    if named.kind is bool and named.default:
        assert not named.setting.option or named.setting.off, "an option turns it off"


def test_the_quantizer_of_a_new_network_is_the_genotypes() -> None:
    assert {named.name for named in settings_of(QuantizerChoices)} == set(QuantizerSpec.model_fields) - {"ends"}
    for named in settings_of(QuantizerChoices):
        field = QuantizerSpec.model_fields[named.name]
        assert named.default == field.default
        if get_origin(field.annotation) is Literal:
            assert set(named.choices) == set(get_args(field.annotation))


def _page() -> Callable[[], str]:
    spec = importlib.util.spec_from_file_location("make_settings", DOCS / "make_settings.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page: Callable[[], str] = script.page
    return page


def test_the_page_of_the_settings_is_what_the_classes_say() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == _page()(), "run docs/make_settings.py"


def test_settings_registry_and_presets_import_no_torch() -> None:
    modules = sorted({kind.__module__ for kind in CLASSES} | {"litesnn.search.methods.registry"})
    code = f"import sys, {', '.join(modules)}, litesnn.search.training.presets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "pydantic", "scipy", "sklearn"} & set(done.stdout.split())
