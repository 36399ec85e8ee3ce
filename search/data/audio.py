"""Spoken words as MFCC images, (1, 40, 98) unless told otherwise: Google Speech Commands in 12 classes, and the Free Spoken Digit Dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Mfcc
from litesnn.reading import Kind, is_folder, is_there, read_file
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.mfcc import mfcc, mfcc_input
from litesnn.search.data.wav import Clip, read_wav

KEYWORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
SILENCE, UNKNOWN = "silence", "unknown"
GSC_CLASSES = (SILENCE, UNKNOWN, *KEYWORDS)
"""The order of TensorFlow's recipe, from which the 12 classes come (Warden, "Speech Commands", 2018)."""
SHARE = 0.1
"""Clips of `silence` and of `unknown`, each, per keyword clip (TensorFlow's recipe)."""
DRAW_SEED = 0
FSDD_TEST_TAKES = 5
_NOISE = "_background_noise_"
_LISTS = ("validation_list.txt", "testing_list.txt")
_LIST = Kind(DataError, "list of clips", 2**26)
"""64 MiB: the lists of Speech Commands have 300 kB."""


def load_gsc(name: str, data_dir: Path | None, how: Mfcc) -> Dataset:
    """Google Speech Commands (version 1 or 2, as extracted): ten keywords, `unknown` (other words) and `silence`.

    Test clips are those of testing_list.txt; validation clips count as training clips. `unknown` and `silence` (cuts of the
    background noise) are drawn with a fixed seed, a tenth of the keyword clips each.
    """
    folder = _folder(name, data_dir, "the word folders of Speech Commands with testing_list.txt")
    for listing in _LISTS:
        if not is_there(folder / listing):
            raise DataError(f"{name}: no {listing} in {folder}; wanted: Speech Commands as extracted from its archive")
    held_out = set(_listed(folder / _LISTS[1]))
    words = sorted(path.name for path in folder.glob("*") if is_folder(path) and not path.name.startswith((".", "_")))
    missing = [word for word in KEYWORDS if word not in words]
    if missing:
        raise DataError(f"{name}: no folder {', '.join(missing)} in {folder}; wanted: one per keyword")
    files = {word: sorted((folder / word).glob("*.wav")) for word in words}
    noise = [read_wav(path) for path in sorted((folder / _NOISE).glob("*.wav"))]
    generator = np.random.default_rng(DRAW_SEED)
    parts = []
    for test in (False, True):
        mine = {word: [p for p in paths if (f"{word}/{p.name}" in held_out) == test] for word, paths in files.items()}
        spoken = [(path, GSC_CLASSES.index(word)) for word in KEYWORDS for path in mine[word]]
        others = [path for word in words if word not in KEYWORDS for path in mine[word]]
        count = round(SHARE * len(spoken))
        drawn = generator.permutation(len(others))[:count]
        labelled = [*spoken, *((others[i], GSC_CLASSES.index(UNKNOWN)) for i in sorted(drawn))]
        clips = [mfcc(*read_wav(path), how) for path, _ in labelled]
        labels = [label for _, label in labelled]
        if noise:
            clips += [mfcc(*_cut(noise, generator), how) for _ in range(count)]
            labels += [GSC_CLASSES.index(SILENCE)] * count
        parts.append(_stack(name, clips, labels))
    (x_train, y_train), (x_test, y_test) = parts
    return Dataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        num_classes=len(GSC_CLASSES),
        input_spec=mfcc_input(how),
    )


def load_fsdd(name: str, data_dir: Path | None, how: Mfcc) -> Dataset:
    """Free Spoken Digit Dataset: files `<digit>_<speaker>_<take>.wav`; takes 0 to 4 are the test set, as its authors say."""
    folder = _folder(name, data_dir, "the recordings, files <digit>_<speaker>_<take>.wav")
    folder = folder / "recordings" if is_folder(folder / "recordings") else folder
    clips: dict[bool, list[npt.NDArray[np.float32]]] = {False: [], True: []}
    labels: dict[bool, list[int]] = {False: [], True: []}
    for path in sorted(folder.glob("*.wav")):
        digit, _, rest = path.stem.partition("_")
        take = rest.rpartition("_")[2]
        if not (digit in set("0123456789") and take.isdecimal()):
            raise DataError(f"{path}: found this name; allowed: <digit>_<speaker>_<take>.wav")
        test = int(take) < FSDD_TEST_TAKES
        clips[test].append(mfcc(*read_wav(path), how))
        labels[test].append(int(digit))
    (x_train, y_train), (x_test, y_test) = (_stack(name, clips[test], labels[test]) for test in (False, True))
    return Dataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        num_classes=10,
        input_spec=mfcc_input(how),
    )


def _folder(name: str, data_dir: Path | None, wanted: str) -> Path:
    if data_dir is None:
        raise DataError(f"{name}: no data folder given; wanted: {wanted} (give --data-dir FOLDER)")
    if not is_folder(data_dir):
        raise DataError(f"{name}: no folder {data_dir}; wanted: {wanted} (nothing is downloaded)")
    return data_dir


def _listed(path: Path) -> list[str]:
    """The clips that a list names, one a line."""
    content = read_file(path, _LIST)
    try:
        return content.decode("utf-8-sig").split()
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: found byte {content[error.start]:#04x} at {error.start}; allowed: text in UTF-8, as in the archive"
        ) from error


def _cut(noise: Sequence[Clip], generator: np.random.Generator) -> Clip:
    audio, rate = noise[int(generator.integers(len(noise)))]
    start = int(generator.integers(max(1, len(audio) - rate + 1)))
    return audio[start : start + rate], rate


def _stack(
    name: str, clips: Sequence[npt.NDArray[np.float32]], labels: Sequence[int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    if not clips:
        raise DataError(f"{name}: found no clips for one of training and test; wanted: both (is the folder complete?)")
    return np.stack(clips)[:, None], np.array(labels, np.int64)
