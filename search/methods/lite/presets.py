"""Named settings: the paper's four scales (LitE-SNN, section 4.1), and one that ends in minutes on a CPU."""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import SearchError
from litesnn.search.methods.lite.settings import SearchSettings

_IMAGES = SearchSettings(shift=4, flip=True, cutout=16)

PRESETS: dict[str, SearchSettings] = {
    "tiny": SearchSettings(
        nodes=2,
        channels=16,
        deploy_channels=16,
        levels=(0, 1, 1),
        timesteps=4,
        keep=0.3,
        outer_keep=0.5,
        pool="none",
        lambda_mem=2e-7,
        lambda_comp=5e-10,
        epochs=12,
        batch_size=60,
        alpha_lr=1e-2,
        psi_lr=0.25,
        warm_up=2,
        samples=4000,
    ),
    "small": replace(_IMAGES, lambda_mem=1e-9, lambda_comp=1e-13, keep=0.1),
    "medium": replace(_IMAGES, lambda_mem=5e-10, lambda_comp=5e-14, keep=0.2),
    "large": replace(_IMAGES, lambda_mem=0.0, lambda_comp=0.0, keep=0.5),
    "gsc": SearchSettings(
        channels=15, deploy_channels=48, levels=(0, 0, 1, 1, 2, 2), lambda_mem=1e-9, lambda_comp=1e-13, keep=0.3
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
