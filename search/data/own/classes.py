"""The classes of a user's samples: numbers from 0 on, or names; each with enough samples to train and to validate with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.base.errors import DataError
from litesnn.base.text import brief, visible
from litesnn.compiler.genotype.schema import MAX_CLASSES
from litesnn.search.data.dataset import Array, Labels

LEAST = 2
"""Training samples of a class: one to train on, one to validate with."""
_LONGEST_NAME = 255
UNEVEN = 3.0
"""The largest class is said to be larger from so many times the smallest on."""


def numbers_of(place: str, values: Array, count: int) -> Labels:
    """Class numbers (N,) of a user's labels: whole numbers from 0 on, as (N,) or (N, 1).

    Raises
    ------
    DataError
        For anything else, naming `place`.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2 and values.dtype.kind in "biuf" and len(values) and _one_hot(values):
        raise DataError(
            f"{place}: found one-hot labels {values.shape}; allowed: class numbers (N,); give {place}.argmax(axis=1)"
        )
    if values.shape != (count,):
        raise DataError(f"{place}: found labels {values.shape}; allowed: ({count},), one for each sample")
    if values.dtype.kind == "f":
        if not np.isfinite(values).all() or not (values == np.rint(values)).all():  # type: ignore[call-overload]
            raise DataError(f"{place}: found labels that are not whole numbers; allowed: class numbers 0, 1, 2, ...")
    elif values.dtype.kind not in "biu":
        raise DataError(f"{place}: found labels of type {values.dtype}; allowed: whole numbers")
    low, high = values.min().item(), values.max().item()
    if low < 0 or high >= MAX_CLASSES:
        raise DataError(
            f"{place}: found labels {low:.15g} .. {high:.15g}; allowed: class numbers from 0 to {MAX_CLASSES - 1}"
        )
    return values.astype(np.int64)


def numbers_of_names(place: str, *parts: Array) -> tuple[list[Labels], tuple[str, ...]]:
    """Class numbers of labels that are words, part by part, and the words in order of the alphabet."""
    for part in parts:
        if part.ndim != 1:
            raise DataError(f"{place}: found labels {part.shape}; allowed: (N,), a word for each sample")
    names = sorted({str(name) for part in parts for name in part.tolist()})
    position = {name: number for number, name in enumerate(names)}
    numbered = [np.array([position[str(name)] for name in part.tolist()], np.int64) for part in parts]
    return numbered, checked_names(place, names)


def checked_names(place: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names of classes as a record holds them: visible, and none twice.

    Raises
    ------
    DataError
        For two of one name, and too many or too long ones.
    """
    shown = tuple(visible(name).replace("\n", " ").replace("\t", " ") for name in names)
    if len(shown) > MAX_CLASSES:
        raise DataError(f"{place}: found {len(shown):,} classes; allowed: up to {MAX_CLASSES:,}")
    for name in shown:
        if not 1 <= len(name) <= _LONGEST_NAME:
            raise DataError(f"{place}: found the class name '{brief(name)}'; allowed: 1 to {_LONGEST_NAME} characters")
    if len(set(shown)) < len(shown):
        twice = next(name for name in shown if shown.count(name) > 1)
        raise DataError(f"{place}: found the class name '{brief(twice)}' twice; allowed: each name once")
    return shown


def check_classes(name: str, y_train: Labels, y_test: Labels | None, names: Sequence[str]) -> int:
    """How many classes there are; each has to have training samples.

    Raises
    ------
    DataError
        For one class alone, numbers with gaps, test samples of a class that is not trained on, and classes of too few samples.
    """
    highest = int(y_train.max()) + 1
    classes = len(names) or highest
    if highest > classes:
        raise DataError(
            f"{name}: found label {highest - 1} and {classes} class names; allowed: labels 0 .. {classes - 1}"
        )
    if classes < 2:
        raise DataError(f"{name}: found one class; allowed: two or more")
    counts = np.bincount(y_train, minlength=classes)
    empty = [said(number, names) for number in np.flatnonzero(counts == 0)]
    if empty:
        raise DataError(
            f"{name}: found no training samples of class {_some(empty)}; allowed: samples of every class, numbered from 0 without gaps"
        )
    if y_test is not None and int(y_test.max()) >= classes:
        raise DataError(
            f"{name}: found test samples of class {int(y_test.max())}, of which there is none in training; allowed: 0 .. {classes - 1}"
        )
    least = LEAST if y_test is not None else LEAST + 1
    few = [f"{said(number, names)} ({counts[number]})" for number in np.flatnonzero(counts < least)]
    if few:
        why = "to train, to validate" + ("" if y_test is not None else " and to hold out for the test")
        raise DataError(
            f"{name}: found too few samples of class {_some(few)}; allowed: {least} or more each, {why} (add some, or leave the class out)"
        )
    return classes


def notes_on(y_train: Labels, y_test: Labels, classes: int, names: Sequence[str]) -> tuple[str, ...]:
    """What should be known of classes before accuracies are read."""
    counts, tested = np.bincount(y_train, minlength=classes), np.bincount(y_test, minlength=classes)
    notes = []
    if counts.max() >= UNEVEN * counts.min():
        most, least = int(counts.argmax()), int(counts.argmin())
        notes.append(
            f"classes are uneven: {counts[most]:,} training samples of {said(most, names)}, {counts[least]:,} of {said(least, names)}; "
            f"who always answers {said(most, names)} has {tested[most] / len(y_test):.1%} of the test set right; "
            "--class-weights balanced (of train and search litesnn) lets every class count alike"
        )
    missing = [said(number, names) for number in np.flatnonzero(tested == 0)]
    if missing:
        notes.append(f"no test samples of class {_some(missing)}: accuracies say nothing of it")
    return tuple(notes)


def said(number: int | np.int64, names: Sequence[str]) -> str:
    """A class in words."""
    return f"'{brief(names[int(number)])}'" if names else str(int(number))


def _one_hot(values: Array) -> bool:
    numbers = values.astype(np.float64)
    return bool(np.isin(numbers, (0, 1)).all() and (numbers.sum(axis=1) == 1).all())


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
