"""The auxiliary head of LitE-SNN's retraining: a second classifier on a cell in the middle, in full precision, never deployed.

Average pool (5 x 5, stride 3) - LIF - 1x1 convolution to 128 - LIF - 2x2 convolution to 768 - LIF - linear. It reads cell `2 n // 3`
(from 0) of n: cell 6 of 8, cell 5 of 6. Its loss pulls on the cells below; the genotype never holds it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import Genotype, Topology
from litesnn.search.fused import IntegerConvolution, coded_weights, fixed_spikes, float_spikes
from litesnn.search.model.axes import fold_time, unfold_time
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.precision import autocast
from litesnn.search.settings.shared import Precision
from litesnn.search.training.losses import entropy, model_loss
from litesnn.search.training.settings import LossName
from litesnn.search.training.teachers import NO_TEACHERS, Teachers

_POOL, _POOL_STRIDE = 5, 3
_NARROW, _WIDE = 128, 768


class AuxiliaryHead(nn.Module):
    """Logits from the spikes of one cell.

    Attributes
    ----------
    sources : names of the populations it reads
    """

    def __init__(self, genotype: Genotype, topology: Topology, seed: int) -> None:
        super().__init__()
        if not genotype.cells:
            raise TrainingError("auxiliary: found a genotype without cells; allowed: 0 (no auxiliary head)")
        cell = min(2 * len(genotype.cells) // 3, len(genotype.cells) - 1)
        nodes = [node for node in topology.nodes if node.site.cell == cell]
        nodes = nodes if genotype.cells[cell].output == "concat" else nodes[-1:]
        self.sources = [node.name for node in nodes]
        self.neuron = genotype.neuron
        height, width = nodes[0].shape[1:]
        self.pool = (min(_POOL, height), min(_POOL, width))
        pooled = [(size - window) // _POOL_STRIDE + 1 for size, window in zip((height, width), self.pool, strict=True)]
        kernel = (min(2, pooled[0]), min(2, pooled[1]))
        features = _WIDE * (pooled[0] - kernel[0] + 1) * (pooled[1] - kernel[1] + 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            channels = sum(node.shape[0] for node in nodes)
            self.narrow = nn.Sequential(nn.Conv2d(channels, _NARROW, 1, bias=False), nn.BatchNorm2d(_NARROW))
            self.wide = nn.Sequential(nn.Conv2d(_NARROW, _WIDE, kernel, bias=False), nn.BatchNorm2d(_WIDE))
            self.classify = nn.Linear(features, genotype.head.classes)

    def forward(self, signals: dict[str, Tensor]) -> Tensor:
        """Mean logits per step (N, classes) from the populations' spikes (T, N, C, H, W) by name."""
        spikes = torch.cat([signals[name] for name in self.sources], dim=2)
        spikes = self._fire(F.avg_pool2d(fold_time(spikes), self.pool, _POOL_STRIDE), spikes)
        spikes = self._fire(self.narrow(fold_time(spikes)), spikes)
        spikes = self._fire(self.wide(fold_time(spikes)), spikes)
        logits: Tensor = self.classify(spikes.mean(0).flatten(1))
        return logits

    def _fire(self, current: Tensor, like: Tensor) -> Tensor:
        return float_spikes(unfold_time(current, like), len(like), LifConstants.of(self.neuron))


class Trainee(nn.Module):
    """What a training trains: the model, and the auxiliary head where there is one.

    Parameters
    ----------
    weight : of the auxiliary loss; 0 leaves the head out
    precision : of the model's convolutions in `float`, and of their gradients in `fixed`; the auxiliary head stays in 32 bits
    loss_name, tet_lambda : as `TrainingSettings`
    class_weights : of the loss (classes,); None: all count alike
    teachers : networks that are imitated besides
    """

    def __init__(
        self,
        model: SpikingModel,
        weight: float,
        seed: int,
        precision: Precision = "32",
        loss_name: LossName = "ce",
        tet_lambda: float = 0.0,
        class_weights: Tensor | None = None,
        teachers: Teachers = NO_TEACHERS,
    ) -> None:
        super().__init__()
        self.model = model
        self.teachers = teachers
        model.float_spikes, model.fixed_spikes = float_spikes, fixed_spikes
        for edge in model.edge_list():
            edge.coded = coded_weights
            edge.whole_convolution = IntegerConvolution.of(edge, rounded=precision == "bf16")
        self.precision = precision
        self.loss_name: LossName = loss_name
        self.tet_lambda = tet_lambda
        self.class_weights: Tensor | None
        self.register_buffer("class_weights", class_weights, persistent=False)  # follows from the labels
        self.weight = weight
        self.auxiliary = AuxiliaryHead(model.genotype, model.topology, seed) if weight else None

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """The model's loss, shared with what teachers say; in `float`, with the auxiliary head's cross-entropy added at its weight."""
        with autocast(self.precision if self.model.evaluation == "float" else "32", x.device):
            signals = self.model.propagate(x)
            loss = model_loss(self.model, signals, y, self.loss_name, self.tet_lambda, self.class_weights)
            if self.teachers.models:
                taught = self.teachers.loss(self.model.logits(signals), x)
                loss = (1 - self.teachers.weight) * loss + self.teachers.weight * taught
        if self.auxiliary is None or self.model.evaluation == "fixed":
            return loss
        return loss + self.weight * entropy(self.auxiliary(signals), y, self.class_weights)
