"""Whole searches on small problems: they learn, repeat, resume, and their genotypes compile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from interruptions import Interrupted, crash_after, same_files

from litesnn.base.errors import SearchError
from litesnn.compiler.genotype import Genotype, InputSpec, load_genotype
from litesnn.compiler.profile import Profile
from litesnn.search.data import Dataset
from litesnn.search.methods.lite import SearchSettings, chip_prices, preset, search_genotype
from litesnn.search.methods.lite.costs import PaperCost
from litesnn.search.methods.lite.epoch import JointOptimization
from litesnn.search.methods.lite.optimizers import Optimizers
from litesnn.search.methods.lite.preparation import make_space, split_halves
from litesnn.search.methods.lite.stages import enter, stage_of, stages
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.files import RunFiles
from litesnn.search.spaces import CONV

SETTINGS = SearchSettings(
    nodes=2,
    channels=8,
    deploy_channels=12,
    levels=(0, 1),
    timesteps=3,
    keep=0.5,
    pool="none",
    lambda_mem=1e-6,
    lambda_comp=1e-9,
    epochs=4,
    warm_up=1,
    batch_size=20,
)


def bars(count: int = 160) -> Dataset:
    """Images 6 x 6 with a horizontal bar (class 0) or a vertical one (class 1), and noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 2
    images = rng.integers(0, 4, (count, 1, 6, 6))
    for image, label, place in zip(images, labels, rng.integers(1, 5, count), strict=True):
        image[0, place if label == 0 else slice(None), slice(None) if label == 0 else place] = 15
    spec = InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16)
    x = images.astype(np.uint8)
    return Dataset("bars", x, labels.astype(np.int64), x[:20], labels[:20].astype(np.int64), 2, spec)


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_a_search_learns_and_writes_what_it_found(tmp_path: Path, norm: str) -> None:
    settings = replace(SETTINGS, norm=norm, epochs=6)
    result = search_genotype(bars(), tmp_path, settings)
    rows = result.history["epochs"]
    assert max(rows[-1]["accuracy"]) > 0.9
    assert rows[-1]["loss_ce"] < rows[0]["loss_ce"]
    loaded = load_genotype(tmp_path / "genotype.json")
    assert loaded.tensors is None
    assert loaded.spec == result.genotype
    assert loaded.spec.norm == norm
    assert loaded.spec.stem is not None
    assert loaded.spec.stem.channels == 12
    assert [cell.channels for cell in loaded.spec.cells] == [6, 12]
    assert all(len(node.inputs) == 2 for cell in loaded.spec.cells for node in cell.nodes)
    assert loaded.spec.search is not None
    assert loaded.spec.search.method == "litesnn"
    assert loaded.spec.search.settings["lambda_mem"] == 1e-6
    assert json.loads((tmp_path / "history.json").read_text()) == result.history
    assert [cell.bits for cell in loaded.spec.cells] == result.history["decoded"]["bits"]
    assert not (tmp_path / "search.checkpoint").exists()


@pytest.mark.parametrize("sequential", [False, True])
def test_a_resumed_search_has_the_same_curve_and_result(tmp_path: Path, sequential: bool) -> None:
    settings = replace(SETTINGS, sequential=sequential)
    whole = search_genotype(bars(), tmp_path / "whole", settings)
    for stop in (1, 3):
        folder = tmp_path / f"stopped{stop}"
        with pytest.raises(Interrupted):
            search_genotype(bars(), folder, settings, on_epoch=crash_after(stop))
        again = search_genotype(bars(), folder, settings, resume=True)
        assert again.history == whole.history
        assert (folder / "genotype.json").read_bytes() == (tmp_path / "whole" / "genotype.json").read_bytes()
        same_files(RunFiles.of_search(tmp_path / "whole"), RunFiles.of_search(folder))


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        search_genotype(bars(), tmp_path, SETTINGS, on_epoch=crash_after(1))
    with pytest.raises(SearchError, match="belongs to another search .*lambda_mem: found 1e-06, now 0.5"):
        search_genotype(bars(), tmp_path, replace(SETTINGS, lambda_mem=0.5), resume=True)


def optimization(settings: SearchSettings) -> JointOptimization:
    data = bars()
    space = make_space(data, settings, settings.channels)
    supernet = Supernet(space, data.input_spec, settings)
    halves = split_halves(data, settings)
    return JointOptimization(supernet, PaperCost(space, settings), Optimizers.of(supernet, settings), halves, settings)


def snapshot(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in module.named_parameters()}


def test_each_step_updates_its_own_and_nothing_else() -> None:
    run = optimization(SETTINGS)
    stage = stage_of(SETTINGS, 2)
    enter(stage, run.supernet, SETTINGS)
    batch = (run.halves.weights.x[:20], run.halves.weights.y[:20])
    before = snapshot(run.supernet)
    run.update_weights(*batch)
    between = snapshot(run.supernet)
    run.update_choices(*batch, stage)
    after = snapshot(run.supernet)
    for name in before:
        choice = name.startswith("choices.") or name.endswith(".score")
        assert torch.equal(before[name], between[name]) == choice, name
        assert torch.equal(between[name], after[name]) != choice, name


def test_psi_rests_and_is_uniform_while_warming_up() -> None:
    run = optimization(SETTINGS)
    enter(stage_of(SETTINGS, 0), run.supernet, SETTINGS)
    assert run.supernet.choices.steps().tolist() == pytest.approx([1 / 3] * 3)
    before = run.supernet.choices.psi.detach().clone()
    run.run_epoch(0, stage_of(SETTINGS, 0))
    assert torch.equal(before, run.supernet.choices.psi)
    enter(stage_of(SETTINGS, 1), run.supernet, SETTINGS)
    run.run_epoch(1, stage_of(SETTINGS, 1))
    assert not torch.equal(before, run.supernet.choices.psi)


def test_halves_share_no_sample_unless_asked_to() -> None:
    data = bars(40)
    numbered = np.arange(40).reshape(40, 1, 1, 1) * np.ones((1, 1, 6, 6))
    spec = InputSpec(shape=(1, 6, 6), minimum=0, maximum=127)
    data = replace(data, x_train=numbered, input_spec=spec)
    halves = split_halves(data, SETTINGS)
    mine, others = ({int(v) for v in part.x[:, 0, 0, 0]} for part in (halves.weights, halves.choices))
    assert len(mine) == len(others) == 20
    assert not mine & others
    same = split_halves(data, replace(SETTINGS, held_out=False))
    assert same.choices is same.weights
    fewer = split_halves(data, replace(SETTINGS, samples=16))
    assert len(fewer.weights.y) == len(fewer.choices.y) == 8


def test_a_sequential_search_decides_one_thing_after_the_other() -> None:
    settings = replace(SETTINGS, sequential=True, epochs=8)
    run = optimization(settings)
    assert [stage.first for stage in stages(settings)] == [0, 2, 4, 6]
    moved: dict[str, set[str]] = {}
    for epoch in range(settings.epochs):
        stage = stage_of(settings, epoch)
        enter(stage, run.supernet, settings)
        before = snapshot(run.supernet)
        run.run_epoch(epoch, stage)
        changed = {name for name, p in run.supernet.named_parameters() if not torch.equal(p, before[name])}
        kinds = {n.split(".")[-1] for n in changed if n.startswith("choices.") or n.endswith(".score")}
        moved.setdefault(stage.name, set()).update(kinds)
        conv = next(run.supernet.comp_convs())
        assert (conv.pruning, conv.quantizing) == (epoch >= 2, epoch >= 4)
        if epoch >= 2:
            assert float(run.supernet.choices.ops().sum()) == 4, "two edges for each of two nodes"
    assert moved == {
        "architecture": {"alpha"},
        "pruning": {"score"},
        "quantization": {"beta"},
        "timesteps": {"psi"},
    }


def test_high_prices_buy_fewer_bits_and_steps(tmp_path: Path) -> None:
    cheap = search_genotype(bars(), tmp_path / "a", replace(SETTINGS, lambda_mem=0.0, lambda_comp=0.0, beta_lr=0.1))
    dear = search_genotype(bars(), tmp_path / "b", replace(SETTINGS, lambda_mem=1e-2, lambda_comp=1e-4, beta_lr=0.1))
    assert dear.history["decoded"]["bits"] == [1, 1]
    assert dear.history["decoded"]["timesteps"] == 1
    assert dear.history["epochs"][-1]["loss_mem"] < cheap.history["epochs"][-1]["loss_mem"]


def test_a_loss_that_is_not_finite_stops_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match=r"the loss became nan in epoch \d, batch \d+"):
        search_genotype(bars(), tmp_path, replace(SETTINGS, lr=1e30, clip_norm=1e30))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keep": 0.0}, "keep: found 0.0; allowed: above 0"),
        ({"bits": (1, 9)}, r"bits: found \(1, 9\)"),
        ({"bits": (2, 2)}, "every candidate once"),
        ({"timesteps": 0}, "timesteps: found 0"),
        ({"lambda_mem": -1.0}, "lambda_mem: found -1.0"),
        ({"epochs": 3, "sequential": True}, "4 or more"),
        ({"epochs": 3, "warm_up": 3}, "warm_up: found 3 of 3 epochs"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SearchError, match=message):
        replace(SETTINGS, **changes)


def test_presets_carry_the_papers_lambdas_and_rates() -> None:
    found = {name: preset(name) for name in ("large", "medium", "small", "gsc")}
    assert {n: (s.lambda_mem, s.lambda_comp, s.keep) for n, s in found.items()} == {
        "large": (0, 0, 0.5),
        "medium": (5e-10, 5e-14, 0.2),
        "small": (1e-9, 1e-13, 0.1),
        "gsc": (1e-9, 1e-13, 0.3),
    }
    assert (len(found["small"].levels), len(found["gsc"].levels)) == (8, 6)
    with pytest.raises(SearchError, match="allowed: tiny, small, medium, large, gsc"):
        preset("huge")


def test_a_price_per_core_moves_the_wiring_to_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates say that every convolution within a cell takes ten cores; a dear core leaves identities there."""

    def charge(genotype: Genotype, profile: Profile) -> SimpleNamespace:
        inside = [read for node in genotype.cells[0].nodes for read in node.inputs if read.source.startswith("n")]
        return SimpleNamespace(synapse_words=100, cores=1 + 10 * sum(read.op == "conv3x3" for read in inside))

    monkeypatch.setattr(chip_prices, "estimate", charge)
    settings = replace(SETTINGS, cost="loihi2", alpha_lr=0.1)
    free = search_genotype(bars(), tmp_path / "free", settings).history["epochs"][-1]
    dear = search_genotype(bars(), tmp_path / "dear", replace(settings, lambda_cores=10.0)).history["epochs"][-1]
    inside = [edge.number for edge in make_space(bars(), settings, settings.channels).edges if edge.identity]
    assert all(dear["ops"][edge][CONV] < 0.2 for edge in inside)
    assert dear["cores"] < free["cores"]
