"""Whole searches on small data: they repeat, resume, refuse what cannot be, and their genotypes compile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from interruptions import Interrupted, crash_after, same_files

from litesnn.base.errors import SearchError
from litesnn.compiler.genotype import InputSpec, load_genotype
from litesnn.search.data import Dataset
from litesnn.search.methods.light import CellSearchSettings, preset, search_cell
from litesnn.search.methods.light.remarks import score_remarks
from litesnn.search.published.initialize import initialize
from litesnn.search.run.files import RunFiles
from litesnn.search.settings.overrides import with_settings

SMALL = {"channels": 4, "batch_size": 8, "repeats": 2, "timesteps": 3, "candidates": 24, "samples": 0}
LIGHT = replace(preset("lightsnn", "tiny"), **SMALL)  # type: ignore[arg-type]
SNAS = replace(preset("snasnet", "tiny"), **SMALL)  # type: ignore[arg-type]


def noise(size: int = 8) -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 17, (40, 1, size, size)).astype(np.uint8)
    y = (np.arange(40) % 2).astype(np.int64)
    spec = InputSpec(shape=(1, size, size), std=(16.0,), scale=1 / 16, minimum=0, maximum=16)
    return Dataset("noise", x, y, x[:10], y[:10], 2, spec)


@pytest.mark.parametrize(("settings", "count"), [(LIGHT, 60), (SNAS, 24)])
def test_a_search_writes_what_it_found(tmp_path: Path, settings: CellSearchSettings, count: int) -> None:
    seen: list[int] = []
    result = search_cell(noise(), tmp_path, settings, on_evaluations=seen.append)
    assert seen[-1] == count == result.history["evaluations"]
    loaded = load_genotype(tmp_path / "genotype.json")
    assert loaded.tensors is None
    assert loaded.spec == result.genotype
    assert (loaded.spec.neuron.decay, loaded.spec.neuron.threshold) == (0.25, pytest.approx(4 / 3))
    assert loaded.spec.search is not None
    assert loaded.spec.search.method == settings.method
    assert loaded.spec.search.settings["cell"] == result.history["decoded"]["cell"]
    assert json.loads((tmp_path / "history.json").read_text()) == result.history
    assert not (tmp_path / "search.checkpoint").exists()
    other = search_cell(noise(), tmp_path / "other", replace(settings, seed=1))
    assert other.history["rows"] != result.history["rows"]


@pytest.mark.parametrize("settings", [replace(LIGHT, at_once=7), SNAS])
def test_a_resumed_search_has_the_same_history_and_result(tmp_path: Path, settings: CellSearchSettings) -> None:
    whole = search_cell(noise(), tmp_path / "whole", settings)
    for stop in (1, 2):
        folder = tmp_path / f"stopped{stop}"
        with pytest.raises(Interrupted):
            search_cell(noise(), folder, settings, on_evaluations=crash_after(stop))
        assert search_cell(noise(), folder, settings, resume=True).history == whole.history
        assert (folder / "genotype.json").read_bytes() == (tmp_path / "whole" / "genotype.json").read_bytes()
        same_files(RunFiles.of_search(tmp_path / "whole"), RunFiles.of_search(folder))


def test_the_best_random_cell_wins_and_a_round_takes_the_highest_removals(tmp_path: Path) -> None:
    rows = search_cell(noise(), tmp_path / "s", SNAS)
    scores = [-np.inf if row["score"] is None else row["score"] for row in rows.history["rows"]]
    best = rows.history["rows"][int(np.argmax(scores))]["operations"]
    assert list(rows.history["decoded"]["cell"].values()) == best
    first = search_cell(noise(), tmp_path / "l", LIGHT).history["rows"][0]
    for edge, operation in first["removed"]:
        tried = {op: -np.inf if score is None else score for e, op, score in first["scores"] if e == edge}
        assert tried[operation] == max(tried.values())


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        search_cell(noise(), tmp_path, LIGHT, on_evaluations=crash_after(1))
    with pytest.raises(SearchError, match="another search .*repeats: found 2, now 1"):
        search_cell(noise(), tmp_path, replace(LIGHT, repeats=1), resume=True)


def test_a_forward_cell_gets_weights_and_populations_that_fire(tmp_path: Path) -> None:
    found = search_cell(noise(), tmp_path, replace(SNAS, feedback=False, hidden=6, candidates=5))
    assert not any(cell.backward for cell in found.genotype.cells)
    filled, tensors = initialize(found.genotype, 0)
    assert all(node.membrane_exp is not None for cell in filled.cells for node in cell.nodes)
    assert tensors["readout.edge0.weight"].shape == (2, 6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"operations": "zeroize,conv9x9"}, "operations: found 'conv9x9'; allowed: zeroize, skip"),
        ({"operations": "zeroize,skip"}, "operations: found zeroize, skip; allowed: zeroize, a convolution"),
        ({"operations": "conv3x3,skip"}, "allowed: zeroize, a convolution"),
        ({"batch_size": "1"}, "batch_size: found 1; allowed: a whole number, 2 to 65536"),
        ({"pool": "average", "last_pool": "3"}, "last_pool: found 3; allowed with average pooling: 1, 2, 4"),
        ({"feedback": "false"}, "feedback: found False; allowed for lightsnn: True"),
        ({"widths": "3"}, "setting: found 'widths'; allowed: method, operations"),
        ({"norm": "none"}, "norm: found 'none'"),
        ({"bits": "9"}, "bits: found 9; allowed: up to 8"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(SearchError, match=message):
        with_settings(LIGHT, changes)


def test_maps_that_pooling_does_not_divide_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"noise: found maps of \(3, 3\); allowed: at least 4 pixels"):
        search_cell(noise(3), tmp_path, LIGHT)
    with pytest.raises(SearchError, match="average pooling by 4 in all needs sizes divisible by it"):
        search_cell(noise(10), tmp_path, replace(SNAS, candidates=1))
    assert search_cell(noise(10), tmp_path, replace(LIGHT, operations=("zeroize", "conv3x3"))).genotype.cells


def test_presets_carry_the_published_settings() -> None:
    light, snas = preset("lightsnn", "cifar10"), preset("snasnet", "cifar10")
    assert (light.channels, light.batch_size, light.repeats, light.timesteps, light.pool) == (256, 64, 2, 5, "max")
    assert (snas.channels, snas.batch_size, snas.repeats, snas.candidates, snas.pool) == (256, 256, 2, 5000, "average")
    assert (preset("snasnet", "cifar100").channels, light.norm, snas.norm) == (128, "batch", "batch")
    with pytest.raises(SearchError, match="preset: found 'huge'; allowed: tiny, cifar10"):
        preset("lightsnn", "huge")


def test_scores_that_tell_nothing_are_said(tmp_path: Path) -> None:
    """Two equal images make the same spikes with any weights."""
    data = noise()
    data.x_train[:] = data.x_train[0]
    result = search_cell(data, tmp_path, replace(SNAS, candidates=3))
    (said,) = (note for note in result.history["decoded"]["notes"] if "-inf" in note)
    assert said.startswith("3 of 3 scores are -inf")
    assert "the order of candidates decided alone" in said
    rows = [{"score": None}, {"score": 1.0}]
    assert "few neurons spike; norm=batch" in score_remarks(rows, replace(SNAS, norm="init"))[0]
    assert score_remarks(rows[1:], SNAS) == ()
