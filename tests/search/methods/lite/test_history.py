"""Rows of a search's history: what a checkpoint holds of them is checked when it is read."""

import pytest
from pydantic import TypeAdapter, ValidationError

from litesnn.search.methods.lite.history import DecodedRow, EpochRow

ROW = EpochRow(
    1,
    "joint",
    1.0,
    0.0,
    0.0,
    0.0,
    (0.5, 0.6),
    0.0,
    [[0.5, 0.5]],
    [[1.0]],
    [0.5, 0.5],
    DecodedRow([], [4], 2, 10.0, 5.0),
)


def test_a_row_comes_back_from_its_document() -> None:
    assert TypeAdapter(EpochRow).validate_python(ROW.document()) == ROW


@pytest.mark.parametrize(
    ("part", "value"), [("timesteps", 0), ("timesteps", 3), ("timesteps", "x"), ("model_size", "large"), ("bits", 4)]
)
def test_a_decoded_network_that_cannot_be_is_refused(part: str, value: object) -> None:
    document = ROW.document()
    document["decoded"][part] = value
    with pytest.raises(ValidationError):
        TypeAdapter(EpochRow).validate_python(document)
