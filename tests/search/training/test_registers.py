"""What a training says of the registers: shares while it runs, and by layer at its end, for the chip it trains for."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype

from litesnn.compiler.genotype import save_genotype
from litesnn.compiler.profile import load_profile
from litesnn.search.data import Dataset
from litesnn.search.model.registers import Tally
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.ranks import ALONE
from litesnn.search.training import TrainingSettings, train_genotype
from litesnn.search.training.registers import Watch, by_layer, shares

LOIHI1, LOIHI2 = load_profile("loihi1"), load_profile("loihi2")


def counted(watch: Watch, membrane_exp: int) -> tuple[SpikingModel, Tally]:
    loaded = random_trained_genotype(
        0, membrane_exp=membrane_exp, norm="node", encoding="direct", bits=4, timesteps=3, keep=1.0, cells=1
    )
    model = SpikingModel.from_genotype(loaded)
    model.evaluation, model.tally = "fixed", watch.tally(model)
    with torch.no_grad():
        model(torch.from_numpy(random_input(loaded, 4, 0).astype(np.int32)))
    return model, model.tally


def test_shares_are_of_all_sums() -> None:
    model, tally = counted(Watch(LOIHI2), 11)
    overflow, beyond = shares(tally, ALONE, model.pool_exp.device)
    assert 0 < overflow < 1
    assert beyond == sum(tally.beyond.values()) / tally.sums
    assert shares(counted(Watch(), 11)[1], ALONE, model.pool_exp.device)[1] is None, (
        "no profile, no accumulator of its own"
    )
    assert shares(counted(Watch(), 0)[1], ALONE, model.pool_exp.device)[0] == 0


def test_layers_that_can_pass_the_accumulator_are_named_but_for_the_host() -> None:
    model, tally = counted(Watch(LOIHI2), 11)
    layers = {layer.population: layer for layer in by_layer(model, Watch(LOIHI2), tally, ALONE)}
    assert layers["stem"].reach > layers["stem"].limit == LOIHI2.accumulator_limit
    assert layers["stem"].sums == tally.beyond["stem"] > 0
    host, seen = counted(Watch(LOIHI1), 11)
    assert "stem" not in seen.beyond
    assert "stem" not in {layer.population for layer in by_layer(host, Watch(LOIHI1), seen, ALONE)}
    assert by_layer(counted(Watch(), 0)[0], Watch(), Tally(), ALONE) == ()


def test_narrow_states_bound_the_sums_that_fit() -> None:
    narrow = load_profile("loihi2", overrides={"state_bits": "16"})
    assert narrow.state_limit == 2**15 - 1
    assert Watch(narrow).limit == (2**15 - 1) // 64 < Watch(LOIHI2).limit


@pytest.mark.parametrize("profile", [None, LOIHI1], ids=["any", "loihi1"])
def test_the_history_has_the_share_of_every_fixed_epoch(profile: object, tmp_path: Path) -> None:
    loaded = random_trained_genotype(4, encoding="direct", stem=True, cells=1, nodes=1, size=4, timesteps=2)
    save_genotype(loaded.spec.model_copy(update={"weights": None}), None, tmp_path / "a.json")
    shape, rng = (40, *loaded.spec.input.shape), np.random.default_rng(0)
    x, y = rng.normal(0, 20, shape).astype(np.float32), np.arange(40) % loaded.spec.head.classes
    data = Dataset("random", x, y, x, y, loaded.spec.head.classes, loaded.spec.input)
    settings = TrainingSettings(epochs=1, fixed_epochs=2, batch_size=8)
    found = train_genotype(tmp_path / "a.json", data, tmp_path / "b.json", settings, profile=profile, progress=False)  # type: ignore[arg-type]
    assert [row.overflow is None for row in found.history] == [True, False, False]
    assert [row.beyond is None for row in found.history] == [True, profile is None, profile is None]
    json.dumps([vars(row) for row in found.history])
