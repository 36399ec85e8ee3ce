"""Formats of other tools: one table, whose options reach Python and the command line alike."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated

import numpy as np
import pytest
from small_graphs import graph, neurons, one_to_one, readout, source

import litesnn
from litesnn.base.errors import CompileError, ImportFileError
from litesnn.base.settings.setting import Setting, settings_of
from litesnn.base.settings.words import from_options, words
from litesnn.commands.import_options import importables
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import FORMATS, Format, format_named, format_of, formats, read_network
from litesnn.compiler.program import Program


def test_every_line_of_the_table_leads_to_its_format() -> None:
    suffixes = [suffix for found in formats() for suffix in found.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    for name in FORMATS:
        found = format_named(name)
        assert found.name == name
        assert found.range_advice(3)
        assert all(named.setting.help for named in settings_of(found.options))


def test_a_parameter_of_the_command_is_one_flag() -> None:
    flags: dict[str, set[str]] = {}
    for kind in importables():
        for name, found in kind.own.items():
            flags.setdefault(name, set()).add(found.flag)
    assert all(len(said) == 1 for said in flags.values()), "two kinds say one parameter with different flags"


@pytest.mark.parametrize("name", FORMATS)
def test_defaults_need_no_words_and_words_read_back(name: str) -> None:
    settings = format_named(name).options
    assert words(settings()) == []
    given = {"timesteps": 7, "input_shape": "2,3,4"}
    chosen = from_options(settings, given)
    assert words(chosen) == ["--timesteps", "7", "--input-shape", "2,3,4"]
    assert (chosen.timesteps, chosen.input_shape) == (7, (2, 3, 4))


def test_groups_and_parsed_values_become_words() -> None:
    chosen = from_options(
        format_named("nir").options,
        {"bits": "6,fc=4", "encoding": "direct", "input_range": "-8..7", "spike_at": False, "approximate": True},
    )
    assert (chosen.bits.of("fc"), chosen.bits.of("other"), chosen.input.range.low) == (4, 6, -8)
    assert words(chosen) == [
        *("--bits", "6,fc=4", "--spike-above", "--approximate"),
        *("--encoding", "direct", "--input-range", "-8..7"),
    ]


@dataclass(frozen=True)
class ToyOptions:
    threshold: Annotated[int, Setting("Of its neurons.", low=1, option=True, flag="--toy-threshold")] = 1


def read_toy(path: Path, options: ToyOptions) -> SourceFile:
    """A number of neurons as text."""
    count = int(path.read_text())
    layers = [source(count), neurons("a", channels=count, vth=np.full(count, options.threshold)), readout(count)]
    found = graph(layers, [one_to_one("input", "a", count), one_to_one("a", "readout", count)], 4)
    return SourceFile(path.stem, "toy", path.read_bytes(), ".toy", (), "spikes", graph=found)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/adding-a-format.md in small: a module, and one line in the table."""
    module = ModuleType("toy_format")
    module.TOY = Format(  # type: ignore[attr-defined]
        "toy", "a toy", "Toy", (".toy",), ToyOptions, read_toy, lambda over: f"take {over} bit(s) off it"
    )
    monkeypatch.setitem(sys.modules, "toy_format", module)
    monkeypatch.setitem(FORMATS, "toy", "toy_format:TOY")


@pytest.mark.usefixtures("toy")
def test_one_line_in_the_table_brings_a_format_through_all_jobs(tmp_path: Path) -> None:
    path = tmp_path / "three.toy"
    path.write_text("3")
    origin = read_network(path, threshold=2)
    assert origin.given == ("--toy-threshold", "2")
    assert origin.pipeline(litesnn.load_profile("loihi2")).names[0] == "read"
    result = litesnn.compile(
        origin, samples=litesnn.Samples(np.zeros((2, 4, 3, 1, 1), np.int16), None, "silence"), lava_samples=0
    )
    assert result.program.command == (
        "litesnn import three.toy --profile loihi2 --toy-threshold 2 --sign auto --no-lava"
    )
    result.program.save(tmp_path / "program")
    kept = Program.load(tmp_path / "program")
    assert (kept.origin.name, kept.report.imported.format) == ("three", "toy")
    assert litesnn.check(path).fits
    assert litesnn.estimate(path).neurons == 6, "three, and three of the readout"
    with pytest.raises(CompileError, match=r"read the file \(.toy\) again"):
        litesnn.compile(kept.origin, samples=None)


def test_what_no_format_has_is_refused_with_what_they_have(tmp_path: Path) -> None:
    assert format_of(tmp_path / "a.net") is format_named("slayer")
    with pytest.raises(ImportFileError, match="found suffix '.toy'; allowed: .net, .nir"):
        read_network(tmp_path / "a.toy")
