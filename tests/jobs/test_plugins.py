"""The plugin of docs/own-space.md, as printed: its operation is searched and deployed, its neuron runs alike in PyTorch and on the chip."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from bar_images import bar_dataset, bar_genotype
from command_line import as_json, call, json_of, ok, refused
from lava_here import needs_lava
from parts_to_compute import knows

import litesnn
from litesnn.base.errors import GenotypeError, PluginError
from litesnn.base.parts import part
from litesnn.base.parts.processes import Processes
from litesnn.compiler import lower
from litesnn.compiler.genotype import OPS, plugins, schema
from litesnn.compiler.genotype.schema import CellSpec, EdgeSpec, NodeSpec
from litesnn.compiler.program.documents import DOCUMENTS
from litesnn.runtime.exact.tensors.neurons import MODELS
from litesnn.runtime.lava.kinds import PROCESSES
from litesnn.search.model import fixed_point, neurons
from litesnn.search.spaces import operations
from litesnn.search.training import TrainingSettings

PAGE = Path(__file__).parents[2] / "docs" / "own-space.md"
TABLES = (
    OPS,
    operations.CONVOLUTIONS,
    operations.SPACES,
    plugins.LOADED,
    plugins.BRINGS,
    schema.RESETS,
    lower.NEURONS,
    neurons.LEFT,
    fixed_point.COARSE,
    DOCUMENTS._entries,
    MODELS._entries,
    PROCESSES._entries,
    part.PREPARATIONS,
)


@pytest.fixture
def wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder with the page's module, in which the test runs; all tables are as before at its end."""
    code, _, in_lava = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "wide.py").write_text(code)
    (tmp_path / "wide_lava.py").write_text(in_lava)
    monkeypatch.chdir(tmp_path)
    before = [table.copy() for table in TABLES]
    yield tmp_path
    sys.modules.pop("wide", None)
    put_back(before)


def put_back(before: list) -> None:
    for table, kept in zip(TABLES, before, strict=True):
        table.clear()
        (table.extend if isinstance(table, list) else table.update)(kept)


def changed(folder: Path, **neuron: str) -> Path:
    """The network of bars with a plugin's operation, and with a plugin's neuron where it is asked for."""
    spec = litesnn.load_genotype(bar_genotype(folder)).spec
    first = NodeSpec(inputs=(EdgeSpec(source="s1", op="depthwise5x5"), EdgeSpec(source="s1", op="conv3x3")))
    spec = spec.model_copy(update={"cells": (CellSpec(channels=4, nodes=(first,), bits=2),)})
    if neuron:
        spec = spec.model_copy(update={"neuron": spec.neuron.resetting(neuron["reset"])})
    litesnn.save_genotype(spec, None, folder / "changed.json")
    return folder / "changed.json"


@pytest.mark.parametrize("neuron", [{}, {"reset": "halving"}], ids=["operation", "operation and neuron"])
def test_what_a_plugin_adds_is_trained_compiled_and_verified(wide: Path, neuron: dict[str, str]) -> None:
    assert litesnn.use_plugin("wide") == litesnn.use_plugin("wide")
    settings = TrainingSettings(epochs=2, fixed_epochs=1, batch_size=32, lr=0.05)
    path = changed(wide, **neuron)
    litesnn.train_genotype(path, bar_dataset(), wide / "trained.json", settings, progress=False)
    loaded = litesnn.load_genotype(wide / "trained.json")
    assert [record.model_dump() for record in loaded.spec.plugins or ()] == [
        {"name": "wide", "version": "1.0", "module": "wide"}
    ]
    result = litesnn.compile(
        loaded, "loihi2", samples=litesnn.verification_samples(loaded.spec, dataset=bar_dataset()), lava_samples=0
    )
    assert result.verification is not None
    assert result.verification.mismatching_spikes == 0
    assert sum(result.verification.spike_counts["exact"].values()) > 100
    kinds = {population.kind for population in result.program.graph.populations}
    assert ("halving" in kinds) == bool(neuron)
    result.program.save(wide / "program")
    again = litesnn.Program.load(wide / "program").graph
    inputs = litesnn.verification_samples(loaded.spec, dataset=bar_dataset()).inputs[:8]
    found = litesnn.simulate(again, inputs).readout
    assert np.array_equal(found, litesnn.simulate(result.program.graph, inputs).readout)


@needs_lava
def test_a_plugins_neuron_is_compared_with_lava_where_it_brings_a_process(wide: Path) -> None:
    """A program of the command line's, whose worker finds the plugin by itself; without a process the summary says so."""
    litesnn.use_plugin("wide")
    settings = TrainingSettings(epochs=1, fixed_epochs=1, batch_size=32, lr=0.05)
    path = changed(wide, reset="halving")
    litesnn.train_genotype(path, bar_dataset(), wide / "made.json", settings, progress=False)
    few = np.random.default_rng(0).integers(0, 17, (4, *litesnn.load_genotype(path).spec.input.shape)).astype(np.int16)
    np.save(wide / "x.npy", few)
    found = json_of(
        "compile", wide / "made.json", "--plugin", "wide", "--input", wide / "x.npy", "-o", wide / "program"
    )
    assert (found["mismatching_spikes"], found["samples"]["lava"]) == (0, 4)
    assert found["spike_counts"]["lava"] == found["spike_counts"]["exact"]
    assert sum(found["spike_counts"]["lava"].values()) > 20
    proved = as_json(call("prove", wide / "program", "--plugin", "wide", "--json"))
    assert proved["word"] == "NOT PROVED"
    assert "halving" in str(proved["problems"])
    PROCESSES._entries.pop(next(kind for kind in PROCESSES if kind.kind == "halving"))
    said = " ".join(ok("verify", wide / "program", "--input", wide / "x.npy").output.split())
    assert "Lava was not compared: it has no process of 'halving' neurons, which a plugin brings" in said


def test_a_search_takes_the_space_and_the_genotype_is_refused_without_the_plugin(wide: Path) -> None:
    tiny = (
        "--channels",
        3,
        "--hidden",
        0,
        "--candidates",
        1,
        "--set",
        "batch_size=4",
        "--set",
        "repeats=1",
        "--set",
        "samples=20",
    )
    space = ("--plugin", "wide", "--set", "operations=wide")
    said = ok("search", "snasnet", *space, "--dataset", "digits", *tiny, "-o", wide / "found").output
    assert "--dataset digits --plugin wide" in " ".join(said.split()), "the next command names it too"
    assert json_of("info", wide / "found" / "genotype.json")["search"]["settings"]["operations"] == list(
        operations.SPACES["wide"]
    )
    path = changed(wide)
    plugins.LOADED.clear()
    with pytest.raises(GenotypeError, match="needs the plugin 'wide' 1.0, which is not loaded; .*--plugin wide"):
        litesnn.load_genotype(path)
    plugins.LOADED["wide"] = plugins.PluginRecord(name="wide", version="2.0")
    with pytest.warns(UserWarning, match="was made with the plugin 'wide' 1.0; loaded is version 2.0"):
        litesnn.load_genotype(path)


def test_an_installed_package_offers_a_plugin_and_data_which_nobody_names(
    wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wide / "own_stripes.py").write_text(
        "import numpy as np\ndef load():\n    y = np.arange(20) % 2\n    return y[:, None, None] * np.ones((20, 4, 4)), y\n"
    )
    about = wide / "wide_package-2.5.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: wide-package\nVersion: 2.5\n")
    (about / "entry_points.txt").write_text(
        "[litesnn.plugins]\nbroad = wide:plugin\n[litesnn.datasets]\nstripes = own_stripes:load\n"
    )
    monkeypatch.syspath_prepend(wide)
    before = [table.copy() for table in TABLES]
    (record,) = [record for record in litesnn.use_installed_plugins() if record.name == "broad"]
    assert (record.version, record.module) == ("2.5", None)
    path = changed(wide)
    put_back(before)
    assert litesnn.load_genotype(path).spec.plugins == (record,)
    data = litesnn.load_dataset("stripes")
    assert data.record is not None
    assert (data.record.kind, data.record.name, data.record.plugin) == ("plugin", "stripes", "wide-package 2.5")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a b"}, "found the name 'a b'"),
        ({"operations": {"conv3x3": OPS["conv3x3"]}}, "operation 'conv3x3': found which is there already"),
        ({"operations": {"Big": OPS["conv3x3"]}}, "operation 'Big': found which is no name"),
        ({"operations": {"big": replace(OPS["conv3x3"], kernel=99)}}, "found kernel 99, padding 1"),
        ({"operations": {"odd": replace(OPS["conv3x3"], geometry="ring")}}, "geometry 'ring'; allowed: .*conv2d"),
        ({"operations": {"odd": "conv3x3"}}, "found str; allowed: litesnn.Op"),
        ({"candidates": ("dense",)}, "candidate 'dense'"),
        ({"candidates": ("conv3x3",)}, "found among the candidates already"),
        ({"spaces": {"mine": ("skip", "conv3x3")}}, "space 'mine': found skip, conv3x3; allowed: zeroize and others"),
        ({"spaces": {"snasnet": ("zeroize", "conv3x3")}}, "space 'snasnet': found which is there already"),
    ],
)
def test_a_plugin_that_adds_what_cannot_be_is_refused_and_adds_nothing(changes: dict, message: str) -> None:
    before = dict(OPS)
    with pytest.raises(PluginError, match=message):
        litesnn.use_plugin(replace(litesnn.Plugin("mine", "1"), **changes))
    assert before == OPS
    assert "mine" not in plugins.LOADED


def test_a_module_that_is_no_plugin_is_refused_by_every_command() -> None:
    refused(call("info", "x.json", "--plugin", "no_such_module"), "--plugin: found no module no_such_module")
    refused(call("rules", "--plugin", "math"), "module math: plugin: found NoneType; allowed: a litesnn.Plugin")


def test_processes_that_compute_parts_know_a_plugin_that_is_named(wide: Path) -> None:
    work = part.Part("operations", "key", partial(knows, ("conv5x5", "depthwise5x5")))
    litesnn.use_plugin("wide")
    litesnn.use_plugin("wide")
    assert len(part.PREPARATIONS) == 1
    assert list(Processes(1).outcomes([work])) == [(0, part.Done([True, False]))]
    assert list(Processes(1).outcomes([part.prepared(work)])) == [(0, part.Done([True, True]))]
