"""The record of a user's data set in a genotype: made of a data set, and compared with one that is to be the same."""

from __future__ import annotations

from dataclasses import replace

from litesnn.base.errors import DataError
from litesnn.base.text import brief
from litesnn.compiler.genotype import DataRecord
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.own.fingerprint import of_arrays
from litesnn.search.data.own.made import Source, record_name
from litesnn.search.settings.own_data import OwnData

_SHOWN = 12
"""Digits of a hash in messages."""
_CONTENT = ("sha256", "test_fraction", "split_seed")
"""Fields that tell whether samples and their parts are the same, however they are prepared."""


def with_record(data: Dataset, source: Source) -> Dataset:
    """A data set that was made in Python, with the record that its arrays give; one that has a record keeps it."""
    if data.record is not None:
        return data
    record = DataRecord(
        name=record_name(source.name),
        kind=source.kind,
        sha256=of_arrays((data.x_train, data.y_train), (data.x_test, data.y_test)),
        sample=data.x_train.shape[1:],
        samples=(len(data.y_train), len(data.y_test)),
        plugin=source.plugin,
    )
    return replace(data, record=record)


def as_recorded(record: DataRecord) -> OwnData:
    """The settings that read data as they were read for a record."""
    images = record.kind == "images"
    return OwnData(
        test_fraction=record.test_fraction,
        split_seed=record.split_seed,
        image_size=(record.sample[1], record.sample[2]) if images else None,
        color=("grey" if record.sample[0] == 1 else "rgb") if images else None,
        sensor=record.sensor,
    )


def check_same(record: DataRecord, data: Dataset, *, content_alone: bool = False) -> None:
    """Refuse data that are not those of a record, whatever they are called.

    Parameters
    ----------
    content_alone : samples may be prepared in another way (frames, sizes), for a training that changes it

    Raises
    ------
    DataError
        What was expected and found, and in what they differ.
    """
    found = data.record
    hint = (
        "give the recorded data, or --other-data to train on these"
        if content_alone
        else "give the recorded data, train on these, or take single samples with --input"
    )
    if found is None:
        raise DataError(f"data set: found '{data.name}'; expected {_said(record)}, as the genotype records; {hint}")
    fields = _CONTENT if content_alone else (*_CONTENT, "sample", "samples", "sensor")
    differing = [field for field in fields if getattr(record, field) != getattr(found, field)]
    if record.classes and found.classes and record.classes != found.classes:
        differing.append("classes")
    if differing:
        parts = [f"{field} {_value(found, field)} for {_value(record, field)}" for field in differing]
        raise DataError(
            f"data set: found {_said(found)}; expected {_said(record)}, as the genotype records. What differs: {', '.join(parts)}; {hint}"
        )


def _said(record: DataRecord) -> str:
    classes = f", {len(record.classes)} named classes" if record.classes else ""
    return f"'{brief(record.name)}' ({record.kind}, {record.samples[0]:,} + {record.samples[1]:,} samples of {record.sample}{classes})"


def _value(record: DataRecord, field: str) -> str:
    value = getattr(record, field)
    if field == "sha256":
        return f"{value[:_SHOWN]}..."
    return brief(", ".join(value) if field == "classes" else str(value))
