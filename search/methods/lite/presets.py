"""Named settings: the paper's four scales (LitE-SNN, section 4.1), and the defaults, which end in minutes on a CPU."""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import SearchError
from litesnn.search.methods.lite.settings import SearchSettings

PAPER = SearchSettings(
    nodes=3,
    channels=48,
    deploy_channels=144,
    levels=(0, 0, 1, 1, 1, 2, 2, 2),
    timesteps=6,
    keep=0.2,
    outer_keep=None,
    pool="global_average",
    lambda_mem=5e-10,
    lambda_comp=5e-14,
    epochs=50,
    batch_size=30,
    alpha_lr=1e-3,
    psi_lr=0.025,
    warm_up=5,
    samples=0,
)
"""The paper's values for CIFAR, without its augmentation; where the authors' program differs from the paper, the program's."""
_IMAGES = replace(PAPER, shift=4, flip=True, cutout=16)

PRESETS: dict[str, SearchSettings] = {
    "tiny": SearchSettings(),
    "small": replace(_IMAGES, lambda_mem=1e-9, lambda_comp=1e-13, keep=0.1),
    "medium": replace(_IMAGES, lambda_mem=5e-10, lambda_comp=5e-14, keep=0.2),
    "large": replace(_IMAGES, lambda_mem=0.0, lambda_comp=0.0, keep=0.5),
    "gsc": replace(
        PAPER,
        channels=15,
        deploy_channels=48,
        levels=(0, 0, 1, 1, 2, 2),
        lambda_mem=1e-9,
        lambda_comp=1e-13,
        keep=0.3,
    ),
}


def preset(name: str) -> SearchSettings:
    """Settings by name.

    Raises
    ------
    SearchError
        For an unknown name.
    """
    if name not in PRESETS:
        raise SearchError(f"preset: found '{name}'; allowed: {', '.join(PRESETS)}")
    return PRESETS[name]
