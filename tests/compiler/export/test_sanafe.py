"""What stands in the files for SANA-FE, and what is refused by name. `test_sanafe_run.py` runs them."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from programmed_graphs import programmed_of
from random_networks import random_input, random_trained_genotype

import litesnn.compiler.export.sanafe.export as export_module
from litesnn.base.errors import CompileError
from litesnn.base.text import visible
from litesnn.compiler.export.sanafe import export_sanafe
from litesnn.compiler.export.sanafe.placement import CORE_NEURONS, place, runs
from litesnn.compiler.export.sanafe.scalars import comment, scalar
from litesnn.compiler.graph import Lif, ProgrammedLif, Source
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program import Program
from litesnn.jobs.compile import compile

EDGE = re.compile(
    r"    - (\w+)\.(\d+) -> (\w+)\.(\d+): \{synapse_hw_name: synapses, weight: (-?[\d.]+)(?:, delay: (\d+))?\}"
)


def program(profile: str = "loihi2", seed: int = 2, limits: dict[str, str] | None = None, **choices: Any) -> Program:
    loaded = random_trained_genotype(seed, **{"encoding": "direct", **choices})
    overrides = {"neurons_per_core": "40", "delay_max": "5"} if limits is None else limits
    result = compile(loaded, load_profile(profile, overrides=overrides), samples=None)
    assert result.fits
    return result.program


def exported(found: Program, sample: np.ndarray | None = None) -> tuple[str, str]:
    values = random_input(found.genotype, 1, 1)[0] if sample is None else sample
    files = export_sanafe(found, values, "a sample").files
    assert set(files) == {"architecture.yaml", "network.yaml"}
    return files["architecture.yaml"].decode(), files["network.yaml"].decode()


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_every_synapse_is_an_edge_with_its_integer_weight_and_delay(profile: str) -> None:
    found = program(profile)
    sample = random_input(found.genotype, 1, 1)[0]
    _, network = exported(found, sample)
    written: dict[tuple[str, str, int], list[tuple[int, int, float]]] = {}
    for source, column, target, row, weight, delay in EDGE.findall(network):
        if not source.endswith("_bias"):
            written.setdefault((source, target, int(delay or 0)), []).append((int(row), int(column), float(weight)))
    expected: dict[tuple[str, str, int], list[tuple[int, int, float]]] = {}
    for block in found.graph.blocks:
        source_map, target_map = found.graph[block.source], found.graph[block.target]
        matrix = block.weights(source_map.shape, target_map.shape).tocoo()
        scale = sample.ravel().astype(int) if isinstance(source_map, Source) else np.ones(source_map.size, int)
        key = (block.source.replace(".", "_"), block.target.replace(".", "_"), block.delay)
        entries = zip(matrix.row.tolist(), matrix.col.tolist(), (matrix.data * scale[matrix.col]).tolist(), strict=True)
        expected.setdefault(key, []).extend(entries)
    assert {key: sorted(value) for key, value in written.items()} == {k: sorted(v) for k, v in expected.items() if v}


def test_every_neuron_stands_on_its_core_of_the_mesh() -> None:
    found = program(seed=2)
    assert found.mapping is not None
    assert len(found.mapping.cores) > 1
    placement = place(found.graph, found.mapping)
    for population in found.graph.populations:
        ids = [i for p in placement.places if p.population == population.name for i in p.ids.tolist()]
        assert sorted(ids) == list(range(population.size))
    for number, core in enumerate(found.mapping.cores):
        x, y = core.router
        held = {p.population for p in placement.places if (p.tile, p.core) == (x * placement.height + y, core.slot)}
        assert held == {part.population for part in core.slices}, number
    host = {p.population for p in placement.places if p.tile >= placement.chip_tiles}
    assert host == {"input"}


def test_a_mapping_line_covers_each_neuron_once() -> None:
    found = program(seed=2)
    _, network = exported(found)
    mapped: dict[str, list[int]] = {}
    for group, first, last in re.findall(r"^  - (\w+)\.(\d+)(?:\.\.(\d+))?: \{core: \d+\.\d+", network, re.MULTILINE):
        mapped.setdefault(group, []).extend(range(int(first), int(last or first) + 1))
    for population in found.graph.populations:
        assert sorted(mapped[population.name.replace(".", "_")]) == list(range(population.size))


def test_the_figures_of_the_profile_are_the_architectures() -> None:
    loihi1, _ = exported(program("loihi1"))
    profile = load_profile("loihi1")
    assert profile.energy.synaptic_op_pj.value is not None
    assert f"energy_process_spike: {profile.energy.synaptic_op_pj.value * 1e-12!r}" in loihi1
    assert profile.energy.synaptic_op_pj.source in loihi1
    loihi2, _ = exported(program("loihi2"))
    assert "energy_process_spike: 0.0  # NOT FOUND" in loihi2
    assert "# no energy of synaptic operations, neuron updates, hops is published for loihi2" in loihi2


def test_headers_say_what_is_not_the_same() -> None:
    found = program("loihi1", stem=True)
    _, network = exported(found)
    header = [line for line in network.splitlines() if line.startswith("#")]
    assert "graded input: a pixel with a value" in " ".join(header)
    assert f"# arrival of stem: {found.graph['stem'].arrival}, on the host" in header
    assert "host's column costs nothing" in " ".join(header)


def test_the_same_program_and_sample_give_the_same_bytes() -> None:
    found = program()
    assert exported(found) == exported(found)


def test_what_sanafe_cannot_do_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = program(limits={"delay_max": "5"}, seed=2)
    sample = random_input(found.genotype, 1, 1)[0]
    with pytest.raises(CompileError, match="has no mapping"):
        export_sanafe(replace(found, mapping=None), sample, "x")
    blocks = [replace(block, delay=6) for block in found.graph.blocks]
    late = replace(found, graph=found.graph.rebuild(found.graph.populations, blocks))
    with pytest.raises(CompileError, match="a delay of 6 steps; allowed: 5.*--set delay_max=5"):
        export_sanafe(late, sample, "x")
    populations = [p if isinstance(p, Source) else replace(p, du=100) for p in found.graph.populations]
    slow = replace(found, graph=found.graph.rebuild(populations, found.graph.blocks))  # type: ignore[type-var]
    with pytest.raises(CompileError, match="found du 100; allowed: 4095"):
        export_sanafe(slow, sample, "x")
    blocks = [replace(block, distance=1) for block in found.graph.blocks]
    with pytest.raises(CompileError, match="found feedback; allowed: forward edges only"):
        export_sanafe(replace(found, graph=found.graph.rebuild(found.graph.populations, blocks)), sample, "x")
    monkeypatch.setattr(export_module, "SYNAPSES_MAX", 10)
    with pytest.raises(CompileError, match=r"found [\d,]+ synapses; allowed: 10"):
        export_sanafe(found, sample, "x")


def with_fields(found: Program, **fields: Any) -> Program:
    """The program with programmed neurons of these fields in place of LIF."""
    graph = found.graph
    parts = [programmed_of(p, vth=p.threshold, **fields) if isinstance(p, Lif) else p for p in graph.populations]
    return replace(found, graph=graph.rebuild(parts, graph.blocks))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reset": "subtract_next"}, "found reset subtract_next; allowed: zero, subtract, none, its soma has no other"),
        (
            {"reset": "subtract", "spike_at": True},
            "found spikes at the threshold with reset subtract; allowed: above it",
        ),
        ({"reset": "none", "du": 100}, "found du 100; allowed: 4095"),
    ],
)
def test_programmed_neurons_that_its_soma_does_not_compute_are_refused_by_name(
    fields: dict[str, Any], message: str
) -> None:
    found = with_fields(program(seed=2), **fields)
    with pytest.raises(CompileError, match=message):
        exported(found)


def test_resets_and_decays_of_each_channel_are_written() -> None:
    found = with_fields(program(seed=2), reset="none", spike_at=True)
    (first, *_) = [p for p in found.graph.membranes if isinstance(p, ProgrammedLif)]
    assert first.vth is not None
    decays = np.arange(first.shape[0]) * 64
    changed = [replace(p, dv=decays) if p.name == first.name else p for p in found.graph.populations]  # type: ignore[call-arg]
    _, network = exported(replace(found, graph=found.graph.rebuild(changed, found.graph.blocks)))
    group = network.split(f"- name: {first.name.replace('.', '_')}\n")[1].split("- name")[0]
    assert "reset_mode: none" in group.splitlines()[0]
    assert "leak_decay" not in group.splitlines()[0]
    written = [(float(a), float(b)) for a, b in re.findall(r"threshold: ([\d.]+), leak_decay: ([\d.]+)", group)]
    assert written == [
        ((v - 1) / 64, (4096 - d) / 4096) for v, d in zip(first.vth.tolist(), decays.tolist(), strict=True)
    ]


def test_cores_past_sanafes_neurons_are_refused_with_the_setting_that_helps() -> None:
    big = program(limits={}, seed=2)
    assert big.mapping is not None
    core = max(big.mapping.cores, key=lambda core: core.neurons)
    part = core.slices[0]
    wide = replace(part, channels=(0, CORE_NEURONS + 1))
    crowded = replace(big, mapping=replace(big.mapping, cores=(replace(core, slices=(wide,)),)))
    with pytest.raises(CompileError, match=r"core 0: found \d+ neurons; allowed: 1023.*--set neurons_per_core=1000"):
        place(crowded.graph, crowded.mapping)  # type: ignore[arg-type]


def test_runs_of_ids() -> None:
    assert list(runs(np.array([0, 1, 2, 5, 7, 8]))) == [(0, 2), (5, 5), (7, 8)]
    assert list(runs(np.array([3]))) == [(3, 3)]


def test_spike_trains_are_written_as_they_are(tmp_path: Path) -> None:
    found = program(encoding="spikes")
    sample = random_input(found.genotype, 1, 4)[0]
    _, network = exported(found, sample)
    trains = re.findall(r"^        - (\d+): \{spikes: \[([01, ]+)\]\}", network, re.MULTILINE)[: sample[0].size]
    written = np.array([[int(v) for v in train.split(",")] for _, train in trains])
    np.testing.assert_array_equal(written.T, sample.reshape(len(sample), -1))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("digits-cell2", "digits-cell2"),
        ("true", '"true"'),
        ("1e3", '"1e3"'),
        ("a: b # c", '"a: b # c"'),
        ("x\ny: 1", '"x\\ny: 1"'),
        ('"\x1b]0;t', '"\\"\\\\x1b]0;t"'),
    ],
)
def test_names_are_data_in_yaml(text: str, written: str) -> None:
    assert scalar(text) == written
    assert scalar(text) == text or json.loads(scalar(text)) == visible(text)


def test_comments_stay_on_their_line() -> None:
    assert comment("a\nb: 1\r\n\u2028c\x1b") == r"a b: 1\x0d \u2028c\x1b"
