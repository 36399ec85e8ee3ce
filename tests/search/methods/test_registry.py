"""What holds for every method of the registry: its settings, its command, how its results are shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from command_line import call

from litesnn.base.errors import SearchError
from litesnn.base.settings.setting import settings_of
from litesnn.display.searches import shown_search
from litesnn.search.methods.method import SearchMethod
from litesnn.search.methods.registry import METHODS

EVERY = pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))


@EVERY
def test_every_option_of_a_methods_settings_is_one_of_its_command(method: SearchMethod[Any]) -> None:
    shown = set(re.findall(r"--[a-z0-9-]+", call("search", method.name, "--help").output))
    for named in settings_of(method.settings_type):
        flag = named.setting.flag or f"--{named.name.replace('_', '-')}"
        wanted = named.setting.option and named.name not in method.left_out
        assert (flag in shown) == wanted, flag
    assert ("--sweep" in shown) == (method.sweep is not None)
    assert {named.name for named in settings_of(method.settings_type)} >= set(method.left_out)


@EVERY
def test_presets_are_settings_of_the_method_and_can_be_changed(method: SearchMethod[Any]) -> None:
    for name, settings in method.presets.items():
        assert type(settings) is method.settings_type
        assert method.settings(name, {}) == settings
        assert method.settings(name, {"seed": "7"}).seed == 7
    with pytest.raises(SearchError, match="preset: found 'huge'; allowed: tiny"):
        method.settings("huge", {})
    with pytest.raises(SearchError, match="setting: found 'colour'"):
        method.settings(next(iter(method.presets)), {"colour": "1"})


def test_results_of_a_method_without_a_display_of_its_own_are_shown_plainly() -> None:
    history = {"dataset": "digits", "decoded": {"width": 0.5, "note": "<b>"}}
    assert list(shown_search("another").lines(history)) == ["found for digits:", "  width: 0.5", "  note: <b>"]
