"""Small data sets that no code knows: a folder of images by class, an archive of grey images, folders of event recordings and of sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.io import wavfile

SIDE = 6


def striped(label: int, count: int, side: int = SIDE, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Noise with two bright rows (count, side, side) whose place tells the class."""
    images = np.random.default_rng(seed + label).integers(0, 60, (count, side, side))
    images[:, 2 * label : 2 * label + 2] += 180
    return images.astype(np.uint8)


def labelled(counts: list[int], seed: int = 0) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images (N, side, side) of as many classes, and their labels."""
    x = np.concatenate([striped(label, count, seed=seed) for label, count in enumerate(counts)])
    return x, np.repeat(np.arange(len(counts)), counts)


def image_folder(folder: Path, counts: dict[str, int], mode: str = "L") -> Path:
    """`folder/CLASS/NNN.png`."""
    for label, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number, pixels in enumerate(striped(label, count)):
            Image.fromarray(pixels).convert(mode).save(folder / name / f"{number:03}.png")
    return folder


def archive(path: Path, **arrays: npt.NDArray[np.generic]) -> Path:
    np.savez(path, **arrays)
    return path


def event_folder(folder: Path, per_class: int = 6, tested: int = 2) -> Path:
    """`folder/{train,test}/{left,right}/N.npz`: a bar of 8 x 8 pixels that goes left or right, polarities -1 and 1."""
    rng = np.random.default_rng(0)
    for part, count in (("train", per_class), ("test", tested)):
        for name in ("left", "right"):
            place = folder / part / name
            place.mkdir(parents=True)
            for number in range(count):
                t = np.sort(rng.integers(0, 80_000, 120))
                x = t // 10_000 if name == "right" else 7 - t // 10_000
                y, p = rng.integers(0, 8, 120), rng.integers(0, 2, 120) * 2 - 1
                np.savez(place / f"{number}.npz", x=x, y=y, t=t, p=p)
    return folder


def sound_folder(folder: Path, per_class: int = 6, rate: int = 4_000) -> Path:
    """`folder/{high,low}/N.wav`: a third of a second of a tone of 1,200 or 400 Hz in noise."""
    rng = np.random.default_rng(0)
    seconds = np.arange(rate // 3) / rate
    for name, hz in (("high", 1_200), ("low", 400)):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            sound = 8_000 * np.sin(2 * np.pi * hz * seconds) + rng.normal(0, 300, len(seconds))
            wavfile.write(folder / name / f"{number}.wav", rate, sound.astype(np.int16))
    return folder
