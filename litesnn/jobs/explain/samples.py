"""Samples to explain with: integers as the chip gets them, or raw ones, which are rounded here and kept beside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.program import Program
from litesnn.jobs.explain.measure import Data
from litesnn.jobs.explain.subject import Subject
from litesnn.jobs.samples import SampleChoice, check_labels, named, read_array
from litesnn.jobs.testbench.base import testbench
from litesnn.jobs.testbench.recorded_data import missing_dataset, recorded_dataset

Array = npt.NDArray[np.generic]


def data_of(subject: Subject, choice: SampleChoice, raw: bool, count: int) -> Data:
    """The first `count` samples of a choice.

    Parameters
    ----------
    raw : the user's array holds real values: raw samples of the data set, or values in the file's own unit

    Raises
    ------
    DataError
        For a broken array or one that does not fit; for raw samples of a network that takes spikes.
    """
    program = subject.program
    if raw:
        return _raw(subject, choice, count)
    samples = testbench(subject.origin).samples(choice, lambda: program.graph)
    labels = None if samples.labels is None else samples.labels[:count]
    return Data(samples.inputs[:count], None, labels, _said(samples.origin, len(samples.inputs), count))


def _raw(subject: Subject, choice: SampleChoice, count: int) -> Data:
    program = subject.program
    if subject.real is None:
        raise DataError("--raw: found with a network that takes spikes; allowed with direct input")
    if choice.input_path is not None:
        values = read_array(choice.input_path)
        labels = None if choice.labels_path is None else read_array(choice.labels_path)
        origin = f"{len(values)} raw samples of {named(choice.input_path)}"
    else:
        values, labels, origin = _own_raw(program, choice)
    shape = program.graph.sources[0].shape
    if values.ndim != 4 or values.shape[1:] != shape or not len(values) or values.dtype.kind not in "biuf":
        raise DataError(
            f"input: found {values.dtype} {values.shape}; allowed: numbers (N, C, H, W) with (C, H, W) = {shape}"
        )
    if not np.isfinite(values.astype(np.float64)).all():
        raise DataError("input: found NaN or infinite values; allowed: finite numbers")
    checked = None if labels is None else check_labels(labels, len(values), program.graph.output.size)[:count]
    real = subject.real(values[:count])
    return Data(subject.integers(real), real, checked, _said(origin, len(values), count))


def _own_raw(program: Program, choice: SampleChoice) -> tuple[Array, Array, str]:
    loaded = program.genotype
    if loaded is None:
        raise DataError("--raw needs --input: the network records no data set")
    data = recorded_dataset(loaded.spec, choice)
    if data is None:
        raise DataError(f"--raw needs samples: give --input, for the genotype {missing_dataset(loaded.spec)}")
    return data.x_test, data.y_test, f"{len(data.x_test)} held-out test samples of '{data.name}', raw"


def _said(origin: str, there: int, count: int) -> str:
    return origin if there <= count else f"the first {count} of {origin}"
