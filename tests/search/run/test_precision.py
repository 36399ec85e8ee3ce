"""Convolutions in bfloat16 change what the float phase computes and round the gradients of the fixed one, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from bar_images import bar_dataset, bar_genotype
from torch import Tensor
from torch.nn import functional as F

from litesnn.base.errors import SearchError, TrainingError
from litesnn.compiler.genotype import load_genotype
from litesnn.search.methods.lite import SearchSettings, preset, search_genotype
from litesnn.search.methods.lite.preparation import make_space
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run import precision
from litesnn.search.run.ranks import ALONE
from litesnn.search.settings.overrides import with_settings
from litesnn.search.settings.shared import Precision
from litesnn.search.training import TrainingSettings
from litesnn.search.training.auxiliary import Trainee

_LOSS = "loss"


@contextmanager
def outputs_of_convolutions() -> Iterator[list[torch.dtype]]:
    """The types that convolutions return meanwhile."""
    seen: list[torch.dtype] = []
    plain = F.conv2d

    def watched(*arguments: object, **options: object) -> Tensor:
        result: Tensor = plain(*arguments, **options)  # type: ignore[arg-type]
        seen.append(result.dtype)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(F, "conv2d", watched)
        yield seen


def step(
    folder: Path, evaluation: Evaluation, of_convolutions: Precision
) -> tuple[dict[str, Tensor], set[torch.dtype]]:
    """Loss and gradients of one batch, and the types its convolutions returned."""
    trainee = Trainee(SpikingModel.from_genotype(load_genotype(bar_genotype(folder))), 0.0, 0, of_convolutions)
    trainee.model.evaluation = evaluation
    trainee.train()
    data = bar_dataset()
    x, y = torch.from_numpy(data.x_train[:16]).short(), torch.from_numpy(data.y_train[:16])
    with outputs_of_convolutions() as seen:
        loss = trainee.loss(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
    gradients = {name: p.grad for name, p in trainee.named_parameters() if p.grad is not None}
    return {_LOSS: loss.detach(), **gradients}, set(seen)


def test_in_the_fixed_phase_gradients_alone_are_rounded(tmp_path: Path) -> None:
    plain, before = step(tmp_path, "fixed", "32")
    other, types = step(tmp_path, "fixed", "bf16")
    assert (before | types) <= {torch.float32, torch.float64}
    assert plain.pop(_LOSS).equal(other.pop(_LOSS)), "the same spikes"
    assert any(not torch.equal(plain[name], other[name]) for name in plain)
    for name, gradient in plain.items():
        torch.testing.assert_close(other[name], gradient, rtol=0, atol=0.03 * float(gradient.abs().max()))


def test_the_float_phase_convolves_in_bfloat16_and_keeps_everything_else(tmp_path: Path) -> None:
    plain, before = step(tmp_path, "float", "32")
    other, types = step(tmp_path, "float", "bf16")
    assert before == {torch.float32}
    assert types == {torch.bfloat16}
    assert all(gradient.dtype == torch.float32 for gradient in other.values())
    assert any(not torch.equal(plain[name], other[name]) for name in plain)


def test_a_supernet_convolves_in_bfloat16_and_its_logits_and_rates_are_float32() -> None:
    settings = SearchSettings(nodes=2, channels=4, levels=(0, 1), timesteps=2, precision="bf16")
    data = bar_dataset()
    supernet = Supernet(make_space(data, settings, 4), data.input_spec, settings)
    with outputs_of_convolutions() as seen:
        activity = supernet(torch.from_numpy(data.x_train[:8]).short())
    assert set(seen) == {torch.bfloat16}
    assert activity.logits.dtype == activity.rates.dtype == torch.float32


def test_other_precisions_are_refused() -> None:
    with pytest.raises(TrainingError, match="precision: found '16'; allowed: 32, bf16, auto"):
        TrainingSettings(precision="16")  # type: ignore[arg-type]
    with pytest.raises(SearchError, match="precision: found '16'"):
        with_settings(preset("tiny"), {"precision": "16"})
    assert with_settings(preset("tiny"), {"precision": "32"}).precision == "32"


@pytest.mark.parametrize(("gain", "taken"), [(1.2, "32"), (1.3, "bf16")])
def test_auto_takes_what_is_faster_here_by_more_than_noise(
    gain: float, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "bfloat16_gain", lambda device: gain)
    cpu = torch.device("cpu")
    assert precision.decided("auto", cpu, ALONE) == taken
    assert precision.decided("32", cpu, ALONE) == "32"


def test_the_gain_is_a_measured_ratio() -> None:
    assert 0.01 < precision.bfloat16_gain(torch.device("cpu")) < 100


def test_a_checkpoint_and_its_history_hold_what_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "bfloat16_gain", lambda device: 2.0)
    settings = SearchSettings(nodes=2, channels=4, levels=(0, 1), timesteps=2, epochs=1, warm_up=0, precision="auto")
    search_genotype(bar_dataset(), tmp_path, settings, progress=False)
    assert json.loads((tmp_path / "history.json").read_text())["settings"]["precision"] == "bf16"
