"""Quantization-aware training of a genotype in memory: the training of `litesnn train` on arrays, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.genotype.edit import edited
from litesnn.search.data import Dataset
from litesnn.search.data.dataset import Array, Labels
from litesnn.search.model.compression import Compression
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.loop import evaluate
from litesnn.search.training.samples import Samples, quantized, stratified_split
from litesnn.search.training.settings import EpochReport, TrainingSettings
from litesnn.search.training.train import train_genotype

HELD_BACK, BATCH = 0.2, 64
WITHOUT = Compression(pruning=False, learning_masks=False, quantizing=False)


@dataclass(frozen=True)
class Accuracies:
    """Shares of test samples that are right.

    Attributes
    ----------
    module : in floating point, weights as the module has them
    before : on the chip's integers, after post-training quantization
    after : on the chip's integers, after training
    samples : tested
    """

    module: float
    before: float
    after: float
    samples: int


@dataclass(frozen=True)
class Training:
    """What a training gave."""

    genotype: LoadedGenotype
    accuracies: Accuracies
    history: tuple[EpochReport, ...]


def tuned(
    loaded: LoadedGenotype, data: tuple[Array, Labels], test: tuple[Array, Labels] | None, settings: TrainingSettings
) -> Training:
    """Train a genotype that has weights; see `Fitted.train`.

    Raises
    ------
    DataError
        For labels beyond the classes, and too few samples to hold some back.
    """
    spec = loaded.spec
    (x, y), (x_test, y_test) = (data, test) if test is not None else _split(data, settings.seed)
    dataset = Dataset(
        name=f"samples for {spec.name}",
        x_train=x,
        y_train=y,
        x_test=x_test,
        y_test=y_test,
        num_classes=spec.head.classes,
        input_spec=spec.input,
    )
    samples = quantized(spec.input, x_test, y_test)
    model = SpikingModel.from_genotype(loaded)
    before = evaluate(model, samples, "fixed")[0]
    model.compress(WITHOUT)
    module = evaluate(model, samples, "float")[0]
    start = measured(loaded, quantized(spec.input, x, y).x) if settings.epochs else loaded
    with TemporaryDirectory() as folder:
        path = Path(folder) / "module.json"
        save_genotype(start.spec, dict(start.trained), path)
        found = train_genotype(path, dataset, Path(folder) / "trained.json", settings, progress=False)
        genotype = load_genotype(found.path)
    after = _accuracy(genotype, samples, "fixed")
    return Training(genotype, Accuracies(module, before, after, len(y_test)), found.history)


def _accuracy(loaded: LoadedGenotype, samples: Samples, evaluation: Evaluation) -> float:
    return evaluate(SpikingModel.from_genotype(loaded), samples, evaluation)[0]


def _split(data: tuple[Array, Labels], seed: int) -> tuple[tuple[Array, Labels], tuple[Array, Labels]]:
    x, y = data
    rows = torch.arange(len(y))
    kept, held = stratified_split(Samples(rows, torch.from_numpy(y)), HELD_BACK, seed, "data")
    return (x[kept.x.numpy()], y[kept.x.numpy()]), (x[held.x.numpy()], y[held.x.numpy()])


def measured(loaded: LoadedGenotype, inputs: Tensor) -> LoadedGenotype:
    """The same function with normalizations whose statistics are those of these inputs."""
    model = SpikingModel.from_genotype(loaded)
    model.compress(WITHOUT)
    norms = [node.norm(owner) for node in model.node_list() for owner in node.norm_owners()]
    with torch.no_grad(), _watching(norms) as seen:
        for start in range(0, len(inputs), BATCH):
            model(inputs[start : start + BATCH])
    for norm, moments in zip(norms, seen, strict=True):
        _settle(norm, *moments.mean_and_var())
    spec = export_document(model, loaded.spec.training)
    return edited(spec, export_tensors(model))


class _Moments:
    """Sums of what reaches a normalization, per channel."""

    def __init__(self) -> None:
        self.count, self.sums, self.squares = 0, torch.zeros(1), torch.zeros(1)

    def __call__(self, module: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        values = arguments[0].double()
        self.count += values.numel() // values.shape[1]
        self.sums = self.sums + values.sum((0, 2, 3))
        self.squares = self.squares + values.square().sum((0, 2, 3))

    def mean_and_var(self) -> tuple[Tensor, Tensor]:
        mean = self.sums / self.count
        return mean, (self.squares / self.count - mean.square()).clamp_min(0)


@contextmanager
def _watching(norms: list[nn.BatchNorm2d]) -> Iterator[list[_Moments]]:
    seen = [_Moments() for _ in norms]
    handles = [norm.register_forward_pre_hook(moments) for norm, moments in zip(norms, seen, strict=True)]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _settle(norm: nn.BatchNorm2d, mean: Tensor, var: Tensor) -> None:
    """Put these statistics into a normalization, which goes on computing what it did; channels that never change keep theirs."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        old = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        offset = norm.bias.double() - norm.running_mean.double() * old
        live = var > norm.eps
        spread = torch.sqrt(var + norm.eps)
        norm.weight.copy_(torch.where(live, old * spread, norm.weight.double()))
        norm.bias.copy_(torch.where(live, offset + mean * old, norm.bias.double()))
        norm.running_mean.copy_(torch.where(live, mean, norm.running_mean.double()))
        norm.running_var.copy_(torch.where(live, var, norm.running_var.double()))
