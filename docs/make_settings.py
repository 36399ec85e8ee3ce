"""Write docs/settings.md from the settings classes: `python -m uv run python docs/make_settings.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.settings.setting import NamedSetting, settings_of
from litesnn.compiler.need import Need
from litesnn.search.methods.registry import METHODS
from litesnn.search.methods.structured.settings import Scoring
from litesnn.search.networks.choices import NetworkChoices, QuantizerChoices
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices
from litesnn.search.training.settings import TrainingSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DOCS = Path(__file__).resolve().parent
HEAD = """# Settings

Written by `docs/make_settings.py` from the settings classes, which the command line makes its options of. Bounds
are checked when the settings are made, before any work. *Option*: how the command takes it; `--set` is
`--set NAME=VALUE`. From Python a setting is a field of the class that is named. All settings of trainings and searches
enter the records of what they made.
"""


def page() -> str:
    """The page's text."""
    return HEAD + "".join(_section(*section) for section in _sections())


def _sections() -> Iterator[tuple[str, str, list[type[DataclassInstance]], bool]]:
    """Title, first line, classes, and whether the command has `--set` for the rest."""
    yield "litesnn train", "`--preset` takes a paper's values.", [TrainingSettings], False
    line = "Of `data`, `new`, `search` and `train`: how own data are read and events become frames; sounds: not of `train`."
    yield "Data", line, [OwnData, EventChoices, SoundChoices], False
    searches: dict[type[DataclassInstance], list[str]] = {}
    for method in METHODS.values():
        searches.setdefault(method.settings_type, []).append(method.name)
    for kind, names in searches.items():
        presets = ", ".join(name for name, made in METHODS[names[0]].presets.items() if made != kind())
        line = f"`--preset` changes some defaults: {presets}."
        yield f"litesnn search {', '.join(names)}", line, [kind], True
    yield "litesnn prune", "How channels are scored.", [Scoring], False
    line = "What a choice by measured need may cost; `prune` and `import --bits auto` have these too."
    yield "litesnn quantize", line, [Need], False
    yield "litesnn new", "Of the network, and of its quantizer.", [NetworkChoices, QuantizerChoices], False


def _section(title: str, line: str, kinds: list[type[DataclassInstance]], settable: bool) -> str:
    names = ",\n".join(f"`{kind.__module__}.{kind.__name__}`" for kind in kinds)
    rows = "".join(_row(named, settable) for kind in kinds for named in settings_of(kind))
    head = "| setting | option | default | allowed | what it is |\n|---|---|---|---|---|\n"
    return f"\n## {title}\n\n{names}.\n{line}\n\n{head}{rows}"


def _row(named: NamedSetting, settable: bool) -> str:
    setting = named.setting
    flag = named.flag
    option = f"`{flag}`" if setting.option else "`--set`" if settable else ""
    said = f"{setting.help} `{flag}`: {setting.off}" if setting.off else setting.help
    cells = (f"`{named.name}`", option, f"`{_text(named.default)}`", _allowed(named), said.replace("|", "\\|"))
    return f"| {' | '.join(cells)} |\n"


def _allowed(named: NamedSetting) -> str:
    if named.choices:
        return ", ".join(named.choices)
    said = "yes or no" if named.kind is bool else named.setting.range()
    return said.replace(str(2**63 - 1), "2^63 - 1").replace(str(2**31), "2^31")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


if __name__ == "__main__":
    (DOCS / "settings.md").write_text(page(), encoding="utf-8")
