"""Training settings of papers, by name; QP-SNN's (ICLR 2025, appendix: hyper-parameters) with LiteSNN's fixed phase behind them.

`qp-*` trains the quantized network from scratch with SGD, `qp-*-finetune` the pruned one with Adam (ImageNet: SGD). The loss is
the paper's equation, cross-entropy of the mean logits; later code of its authors has TET (`--loss tet`). Crop and flip are
`shift` and `flip`; AutoAugment, which the paper adds, is not here. Of DVS-CIFAR10 frames nothing is cut out.
"""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import TrainingError
from litesnn.search.training.settings import TrainingSettings

_QP = TrainingSettings(
    epochs=300, batch_size=256, lr=0.1, optimizer="sgd", weight_decay=1e-4, shift=4, flip=True, cutout=16
)
_QP_FINETUNE = replace(_QP, epochs=150, lr=0.001, optimizer="adam", weight_decay=1e-5)

PRESETS: dict[str, TrainingSettings] = {
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
