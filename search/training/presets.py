"""Training settings of papers, by name, with LiteSNN's fixed phase behind them. Crop and flip are `shift` and `flip`.

`lite-cifar` retrains what LitE-SNN's search found (IJCAI 2024, section 4.1, and the authors' program), with its auxiliary head.
`snasnet` and `lightsnn` are one recipe (SNASNet's program, which LightSNN's repeats): it does not clip gradients, and its cosine
ends at a hundredth of the rate, here at 0. LightSNN's training of gestures has another loss, which is not here.

`qp-*` (QP-SNN, ICLR 2025, appendix: hyper-parameters) trains the quantized network from scratch with SGD, `qp-*-finetune` the
pruned one with Adam (ImageNet: SGD). The gradient of a quantized weight is 1 / gamma, as in the authors' code. The loss is the
paper's equation, cross-entropy of the mean logits; later code of its authors has TET (`--loss tet`). AutoAugment, which the
paper adds, is not here. Of DVS-CIFAR10 frames nothing is cut out.
"""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import TrainingError
from litesnn.search.training.settings import TrainingSettings

UNCLIPPED = 1e9
"""A norm that no gradient of a training that goes on has."""
_LITE = TrainingSettings(
    epochs=200, batch_size=50, lr=0.025, weight_decay=3e-4, clip_norm=5.0, auxiliary=0.4, shift=4, flip=True, cutout=16
)
_SNASNET = TrainingSettings(
    epochs=300, batch_size=64, lr=0.1, weight_decay=5e-4, clip_norm=UNCLIPPED, shift=4, flip=True
)
_QP = TrainingSettings(
    epochs=300,
    batch_size=256,
    lr=0.1,
    weight_decay=1e-4,
    shift=4,
    flip=True,
    cutout=16,
    straight_through="scaled",
)
_QP_FINETUNE = replace(_QP, epochs=150, lr=0.001, optimizer="adam", weight_decay=1e-5)

PRESETS: dict[str, TrainingSettings] = {
    "lite-cifar": _LITE,
    "snasnet": _SNASNET,
    "lightsnn": _SNASNET,
    "qp-cifar": _QP,
    "qp-cifar-finetune": _QP_FINETUNE,
    "qp-imagenet": replace(_QP, epochs=320),
    "qp-imagenet-finetune": replace(_QP, epochs=200, lr=0.05),
    "qp-dvs": replace(_QP, batch_size=64, shift=5, cutout=0),
    "qp-dvs-finetune": replace(_QP_FINETUNE, batch_size=64, shift=5, cutout=0),
}


def preset(name: str) -> TrainingSettings:
    """Settings by name.

    Raises
    ------
    TrainingError
        For an unknown name.
    """
    if name not in PRESETS:
        raise TrainingError(f"preset: found '{name}'; allowed: {', '.join(PRESETS)}")
    return PRESETS[name]
