"""The command line and the functions say the same: parsers and signatures are walked, side by side, so that they cannot drift apart."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from public_objects import functions
from typer.main import get_command

import litesnn
from litesnn.base.settings.setting import settings_of
from litesnn.cli import app
from litesnn.commands.import_options import importables
from litesnn.commands.table import HOMES
from litesnn.compiler.need import Need
from litesnn.search.methods.method import SearchMethod
from litesnn.search.methods.registry import METHODS
from litesnn.search.methods.structured.settings import Scoring
from litesnn.search.networks.choices import NetworkChoices, QuantizerChoices
from litesnn.search.settings.own_data import EventChoices, OwnData
from litesnn.search.training import TrainingSettings

FUNCTIONS = {
    "compile": "compile",
    "train": "train_genotype",
    "estimate": "estimate",
    "explore": "explore",
    "check": "check",
    "run": "simulate",
    "verify": "verify",
    "prove": "prove",
    "import": "import_network",
    "search litesnn": "search_genotype",
    "search lightsnn": "search_cell",
    "search snasnet": "search_cell",
    "new": "new_genotype",
    "prune": "prune",
    "quantize": "quantize",
    "explain": "explain",
    "export": "export",
    "diff": "diff",
    "conformance": "conformance_pack",
    "conformance --against": "compare_trace",
}
"""Command -> the function that does it; of a command that does two things, one for each, by the option that makes the difference."""
COMMANDS_ALONE = {"info", "report", "profiles", "rules", "compare", "docs", "data", "example", "show"}
SETTINGS: Mapping[str, list[type]] = {
    "train": [TrainingSettings],
    "new": [NetworkChoices, QuantizerChoices, OwnData, EventChoices],
    "prune": [Scoring, Need],
    "quantize": [Need],
    **{f"search {method.name}": [method.settings_type] for method in METHODS.values()},
}
RENAMED = {
    "models": ("lava_models",),
    "samples": ("lava_samples", "count"),
    "output": ("out_path", "out_dir"),
    "genotype": ("network",),
    "path": ("network",),
    "file": ("network",),
    "program": ("graph",),
    "input_path": ("inputs",),
}
"""Option -> argument, where a function has no argument of the option's name, or means something else by it (samples)."""
ELSEWHERE = {
    "json_output list_passes print_after stop_after certificate profile_time quiet verbose version": "what is printed",
    "output outputs fixed witness": "files: objects have `save`, and say what they hold",
    "settings rules profile_settings given_figures": "figures of a profile: `load_profile(name, overrides, rules)`",
    "input_path labels_path dataset data_dir seed": "of samples: `SampleChoice`, `verification_samples`",
    "no_lava no_fixes no_placement no_trials engines": "`lava_samples=0`, `fix_seconds=0`, `place=False`, `trials=False`, `rtl=`",
    "plugin": "`use_plugin`",
    "against": "`compare_trace`, a function of its own",
    "workers part merge parts seeds resume expected_time": "`plan=` of an exploration, a loop, `only_expected`",
    "test_fraction split_seed image_size color sensor": "`OwnData`",
    "frames split downsample polarity filters frame_ms hop_ms": "`preprocessing`, or a `Dataset`",
    "raw simulator models lava_timeout": "of `run`: `run_lava` is a function of its own",
    "sweep_texts assignments": "a loop; `settings`",
    "max_cores max_memory max_latency widths": "refused by name of cell searches, which keep to no chip",
}
"""Options -> how the same is said in Python."""
PYTHON = {
    "progress watch on_epoch on_evaluations on_data timing only_expected": "what a caller is told meanwhile",
    "samples network settings preprocessing own events sounds choices quantizer scoring need plan rtl rtl_samples out_dir": "an object for several options",
    "method": "the name of the command",
    "file trials place seed by_rules simulate batch_size stream record_states": "`-o`, `OUTPUT.trials`, `--no-placement`, `--samples 0`; what a search loop needs",
}
"""Arguments -> what of the command line they stand for."""
OTHER_DEFAULTS = {
    ("explore", "profiles"): "loihi2",
    ("run", "record"): (),
    ("train", "teachers"): (),
    ("run", "inputs"): inspect.Parameter.empty,
}
"""Where an option that is left out is None: what the command takes then; of a simulation, the inputs of `--dataset`."""


def commands() -> dict[str, Any]:
    """Every command by name, those of a group with the group's."""
    found = {}
    for name in HOMES:
        command = get_command(app).commands[name]  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {name: command} if inner is None else {f"{name} {own}": made for own, made in inner.items()}
    return found


def options(name: str) -> dict[str, Any]:
    """The parameters of a command (`NAME --OPTION` is NAME's) but those of its settings, which a class has, and help."""
    kinds = [kind.options for kind in importables()] if name == "import" else SETTINGS.get(name, [])
    settings = {named.parameter for kind in kinds for named in settings_of(kind)}
    found = {parameter.name: parameter for parameter in commands()[name.partition(" --")[0]].params}
    return {own: parameter for own, parameter in found.items() if own not in settings and own not in ("help", "kind")}


def arguments(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(functions()[FUNCTIONS[name]]).parameters


def argument_of(name: str, option: str) -> str | None:
    """The argument that an option is; `samples` of a command is a number, of a function an object."""
    own = arguments(name)
    return next((found for found in (*RENAMED.get(option, ()), option) if found in own), None)


def words(table: Mapping[str, str]) -> set[str]:
    return {word for row in table for word in row.split()}


def test_every_command_has_its_function_or_is_known_to_have_none() -> None:
    assert set(commands()) == {*(name.partition(" --")[0] for name in FUNCTIONS), *COMMANDS_ALONE}
    assert set(FUNCTIONS.values()) <= set(functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_defaults_are_the_same(name: str) -> None:
    for option, parameter in options(name).items():
        own = argument_of(name, option)
        if own is None or parameter.required or option == "output" or name.endswith(f"--{option}"):
            continue
        expected = OTHER_DEFAULTS.get((name, own), parameter.default)
        assert arguments(name)[own].default == expected, f"{name}: {option}, {FUNCTIONS[name]}({own}=)"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_one_takes_the_other_takes(name: str) -> None:
    said = {option: argument_of(name, option) for option in options(name)}
    assert {option for option, own in said.items() if own is None} - words(ELSEWHERE) == set()
    assert set(arguments(name)) - set(said.values()) - words(PYTHON) == set()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_search_without_settings_is_the_commands(method: SearchMethod[Any]) -> None:
    command = f"search {method.name}"
    first = next(iter(method.presets))
    assert first == arguments(command)["preset"].default == options(command)["preset"].default
    firsts = [known.presets[first] for known in METHODS.values() if known.settings_type is method.settings_type]
    assert method.settings_type() in firsts


def test_one_kind_of_argument_has_one_type_everywhere() -> None:
    kinds: dict[str, set[str]] = {}
    for function in functions().values():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name in ("genotype", "graph", "profile", "inputs", "input_path", "labels_path", "device"):
                kinds.setdefault(parameter.name, set()).add(str(parameter.annotation).removesuffix(" | None"))
    assert len(kinds) == 7
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_progress_is_shown_unless_somebody_says_otherwise() -> None:
    """By every function that takes as long as somebody waits."""
    told = {
        name: function.parameters["progress"].default
        for name, function in ((name, inspect.signature(found)) for name, found in functions().items())
        if "progress" in function.parameters
    }
    assert len(told) >= 8
    assert set(told.values()) == {True}
    assert litesnn.__all__ == sorted(litesnn.__all__)
