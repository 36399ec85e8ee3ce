"""A data set of samples that were read: classes checked, a test part held out where there is none, a quantization, and its record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import DataKind, DataRecord, EventFrames, InputSpec, Mfcc
from litesnn.search.data.dataset import Array, Dataset, Labels
from litesnn.search.data.mfcc import mfcc_input
from litesnn.search.data.own.axes import samples_of
from litesnn.search.data.own.classes import check_classes, checked_names, notes_on, numbers_of, numbers_of_names
from litesnn.search.data.own.fingerprint import of_arrays
from litesnn.search.data.own.quantization import chosen_input
from litesnn.search.data.own.split import held_out
from litesnn.search.settings.own_data import SPLIT_SEED, TEST_FRACTION, OwnData

X_TRAIN, Y_TRAIN, X_TEST, Y_TEST, NAMES = "x_train", "y_train", "x_test", "y_test", "class_names"
ARRAYS = (X_TRAIN, Y_TRAIN, X_TEST, Y_TEST, NAMES)
Part = tuple[Array, Labels]


@dataclass(frozen=True)
class Source:
    """Where samples are from, as a record has it.

    Attributes
    ----------
    sha256 : of all that was read; None: of the samples and labels themselves
    sensor : of event recordings
    plugin : which brought the function
    """

    name: str
    kind: DataKind
    sha256: str | None = None
    sensor: tuple[int, int] | None = None
    plugin: str | None = None


def record_name(text: str) -> str:
    """A name as a record takes it: one visible line without slashes."""
    return re.sub(r"[/\\\x00-\x1f\x7f\ud800-\udfff]", "_", text)[:255] or "data"


def from_arrays(source: Source, arrays: Mapping[str, Array], own: OwnData) -> Dataset:
    """The data set of arrays named as in an .npz file: x_train, y_train, and perhaps x_test, y_test, class_names.

    Raises
    ------
    DataError
        For arrays that are missing or hold something else, naming them.
    """
    _check_keys(source.name, arrays)
    try:
        train, test, names, notes = _read(arrays)
    except DataError as error:
        raise DataError(f"{source.name}: {error}") from error
    made = made_of(source, train, test, names, own)
    return replace(made, notes=(*notes, *made.notes))


def _read(arrays: Mapping[str, Array]) -> tuple[Part, Part | None, tuple[str, ...], list[str]]:
    """Training and test part in a network's axes, names of classes, and what was decided; errors name the array."""
    held = X_TEST not in arrays
    places = (X_TRAIN,) if held else (X_TRAIN, X_TEST)
    notes: list[str] = []
    samples = []
    for place in places:
        x, said = samples_of(place, arrays[place])
        samples.append(x)
        notes += said
    labels = [arrays[place] for place in (Y_TRAIN, Y_TEST)[: len(places)]]
    names: tuple[str, ...] = ()
    if NAMES in arrays:
        names = _names(arrays[NAMES])
    if all(part.dtype.kind in "US" for part in labels) and not names:
        numbers, names = numbers_of_names(Y_TRAIN, *labels)
    else:
        numbers = [
            numbers_of(place, part, len(x)) for place, part, x in zip((Y_TRAIN, Y_TEST), labels, samples, strict=False)
        ]
    parts = list(zip(samples, numbers, strict=True))
    for place, (x, y) in zip((Y_TRAIN, Y_TEST), parts, strict=False):
        if len(x) != len(y):
            raise DataError(f"{place}: found {len(y)} labels of {len(x)} samples; allowed: one for each")
    return parts[0], None if held else parts[1], names, notes


def made_of(
    source: Source,
    train: Part,
    test: Part | None,
    names: Sequence[str],
    own: OwnData,
    how: EventFrames | Mfcc | None = None,
) -> Dataset:
    """The data set of samples in a network's axes.

    Parameters
    ----------
    test : None where a part of `train` is to be held out
    names : of the classes; empty where they have none
    how : which frames recordings of events became, or which coefficients sounds

    Raises
    ------
    DataError
        For classes that cannot be trained on, and shapes that differ.
    """
    classes = check_classes(source.name, train[1], None if test is None else test[1], names)
    if test is not None and train[0].shape[1:] != test[0].shape[1:]:
        raise DataError(
            f"{source.name}: found training samples of {train[0].shape[1:]} and test samples of {test[0].shape[1:]}; allowed: one shape"
        )
    sha256 = source.sha256 or of_arrays(*([train] if test is None else [train, test]))
    notes, fraction, seed = [], None, None
    if test is None:
        fraction = TEST_FRACTION if own.test_fraction is None else own.test_fraction
        seed = SPLIT_SEED if own.split_seed is None else own.split_seed
        train, test = _split(train, fraction, seed)
        notes.append(
            f"no test part: {len(test[1]):,} of {len(train[1]) + len(test[1]):,} samples are held out, {fraction:g} of every class "
            f"(seed {seed})"
        )
    notes += notes_on(train[1], test[1], classes, names)
    spec, reason = _input(source.name, train[0], how)
    record = DataRecord(
        name=record_name(source.name),
        kind=source.kind,
        sha256=sha256,
        sample=train[0].shape[1:],
        samples=(len(train[1]), len(test[1])),
        classes=tuple(names),
        test_fraction=fraction,
        split_seed=seed,
        sensor=source.sensor,
        plugin=source.plugin,
    )
    return Dataset(
        name=record.name,
        x_train=train[0],
        y_train=train[1],
        x_test=test[0],
        y_test=test[1],
        num_classes=classes,
        input_spec=spec,
        record=record,
        notes=(*notes, f"input: {reason}"),
    )


def _check_keys(name: str, arrays: Mapping[str, Array]) -> None:
    missing = [key for key in (X_TRAIN, Y_TRAIN) if key not in arrays]
    unknown = [key for key in arrays if key not in ARRAYS]
    if missing or unknown or (X_TEST in arrays) != (Y_TEST in arrays):
        raise DataError(
            f"{name}: found the arrays {', '.join(map(str, arrays)) or 'none'}; allowed: {X_TRAIN} and {Y_TRAIN}, with or without "
            f"{X_TEST} and {Y_TEST}, and {NAMES}"
        )


def _names(values: Array) -> tuple[str, ...]:
    if values.ndim != 1 or values.dtype.kind != "U":
        raise DataError(f"{NAMES}: found {values.dtype} {values.shape}; allowed: words, one for each class")
    return checked_names(NAMES, [str(name) for name in values.tolist()])


def _split(whole: Part, fraction: float, seed: int) -> tuple[Part, Part]:
    x, y = whole
    first, second = held_out(y, fraction, seed)
    return (x[first], y[first]), (x[second], y[second])


def _input(name: str, x: Array, how: EventFrames | Mfcc | None) -> tuple[InputSpec, str]:
    if isinstance(how, Mfcc):
        return mfcc_input(how), "coefficients of deviation 1 over a clip; up to four deviations fill the signed byte"
    if x.ndim == 4:
        return chosen_input(name, x)
    shape = (int(x.shape[2]), int(x.shape[3]), int(x.shape[4]))
    share = float(np.count_nonzero(x)) / x.size
    spec = InputSpec(shape=shape, encoding="spikes", preprocessing=how)
    return spec, f"spikes, {x.shape[1]} steps a sample, {share:.2%} of all pixels in a step"
