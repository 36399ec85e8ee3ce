"""Knowledge distillation: trained networks whose outputs a training imitates besides the labels (Hinton, Vinyals and Dean, 2015).

`(1 - w) * loss + w * T^2 * KL(teachers || student)`, both sides softened by the temperature T, the mean of the probabilities
where there are several teachers. They see each batch as the student does, augmented, and compute in floating point, in both phases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import Genotype, LoadedGenotype, load_genotype
from litesnn.compiler.genotype.files import AnyGenotype
from litesnn.search.fused import coded_weights, float_spikes
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.precision import autocast
from litesnn.search.settings.shared import Precision
from litesnn.search.training.settings import TrainingSettings


@dataclass(frozen=True)
class Teachers:
    """Trained networks, and how much their outputs count.

    Attributes
    ----------
    models : in evaluation mode; without any, the labels are all there is
    names : of each, its own and the hash of document and weights
    weight : of what they say in the loss, 0 to 1
    temperature : by which logits are divided on both sides
    precision : of their convolutions
    """

    models: tuple[SpikingModel, ...] = ()
    names: tuple[str, ...] = ()
    weight: float = 0.0
    temperature: float = 1.0
    precision: Precision = "32"

    @property
    def identity(self) -> dict[str, Any]:
        """What tells one choice of teachers from another; empty without any."""
        return {"teachers": list(self.names)} if self.names else {}

    @torch.no_grad()
    def probabilities(self, x: Tensor) -> Tensor:
        """What they expect of a batch, softened: (N, classes), the mean over all."""
        with autocast(self.precision, x.device):
            logits = torch.stack([model(x) for model in self.models])
        return (logits.float() / self.temperature).softmax(2).mean(0)

    def loss(self, logits: Tensor, x: Tensor) -> Tensor:
        """`T^2 * KL(teachers || student)` of the student's logits (N, classes) for a batch, mean over its samples."""
        student = (logits / self.temperature).log_softmax(1)
        return F.kl_div(student, self.probabilities(x), reduction="batchmean") * self.temperature**2


NO_TEACHERS = Teachers()


def read_teachers(
    genotypes: Sequence[AnyGenotype], student: Genotype, settings: TrainingSettings, device: torch.device
) -> Teachers:
    """Genotypes with weights that take the student's input and know its classes, on a device.

    Raises
    ------
    GenotypeError
        For one that cannot be read or has no weights.
    TrainingError
        For one of another input or other classes.
    """
    loaded = [_fitting(load_genotype(genotype), student) for genotype in genotypes]
    return Teachers(
        models=tuple(_model(teacher).to(device) for teacher in loaded),
        names=tuple(map(_name, loaded)),
        weight=settings.distill_weight,
        temperature=settings.distill_temperature,
        precision=settings.precision,
    )


def _name(teacher: LoadedGenotype) -> str:
    return f"{teacher.spec.name} {hashlib.sha256(b''.join(teacher.as_files[1:])).hexdigest()}"


def _fitting(teacher: LoadedGenotype, student: Genotype) -> LoadedGenotype:
    _ = teacher.trained  # refused without weights
    own, asked = teacher.spec.input, student.input
    frames = (teacher.spec.timesteps, student.timesteps) if asked.encoding == "spikes" else (0, 0)
    for what, found, allowed in (
        ("head.classes", teacher.spec.head.classes, student.head.classes),
        ("input.shape", own.shape, asked.shape),
        ("frames", *frames),
    ):
        if found != allowed:
            raise TrainingError(
                f"teacher '{teacher.spec.name}': found {what} = {found}; allowed: {allowed}, as the network that is trained"
            )
    if own != asked:
        raise TrainingError(
            f"teacher '{teacher.spec.name}': its input is prepared otherwise than that of the network that is trained; allowed: the same "
            "`input` in both genotypes"
        )
    return teacher


def _model(teacher: LoadedGenotype) -> SpikingModel:
    model = SpikingModel.from_genotype(teacher, 0)
    model.float_spikes, model.evaluation = float_spikes, "float"
    for edge in model.edge_list():
        edge.coded = coded_weights
    return model.eval()
