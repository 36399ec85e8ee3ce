"""What a genotype records beside the network: where its weights lie, and how it was found, trained and pruned."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from litesnn.compiler.genotype.part import Part


class WeightsRef(Part):
    """The safetensors file beside the genotype (a plain file name) and its SHA-256."""

    file: Annotated[str, Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*\.safetensors$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TrainingRecord(Part):
    """How the weights came to be. Accuracies are fractions of 1 on the data set's held-out test samples."""

    dataset: str | None = None
    seed: int | None = None
    epochs: int | None = None
    test_samples: int | None = None
    accuracy_float: float | None = None
    accuracy_fixed: float | None = None
    settings: dict[str, Any] = Field(default={})
    versions: dict[str, str] = Field(default={})


class SearchRecord(Part):
    """How the architecture was found."""

    method: str
    dataset: str | None = None
    seed: int | None = None
    settings: dict[str, Any] = Field(default={})


class NeedRecord(Part):
    """What a choice by measured need cost: chosen on one half of the samples, told by the other, which had no part in it.

    Attributes
    ----------
    score : `accuracy`, or `agreement` with the network as it was where there were no labels
    max_drop : percentage points of it that the choosing half was allowed to lose
    before, after : of 1, on the reporting half
    samples : of the choosing half, and of the reporting one
    data : where they are from
    words : synapse memory before and after as `profile` encodes it, 64-bit words
    in_time : whether all was tried that could have saved something
    """

    score: Literal["accuracy", "agreement"]
    max_drop: float
    before: float
    after: float
    samples: tuple[PositiveInt, PositiveInt]
    data: str
    words: tuple[int, int]
    profile: str
    in_time: bool


class BitsRecord(Part):
    """Weight bits that were lowered after training: edge -> (before, after) of those that changed."""

    bits: dict[str, tuple[PositiveInt, PositiveInt]]
    need: NeedRecord


class PruningRecord(Part):
    """One structured pruning: how channels were chosen, and what each population had before and after.

    `rates` are by group of channels; `model_size` (bytes) and `cores` are (before, after), cores as estimated for `profile`
    where one was given, None where the network does not fit the chip at all. `need`: of rates that were chosen by it.
    `recalibrated`: samples from which the normalization that is left was measured, where it was.
    """

    method: str
    rates: dict[str, float]
    channels: dict[str, tuple[PositiveInt, PositiveInt]]
    inherit: str
    model_size: tuple[float, float]
    dataset: str | None = None
    samples: int | None = None
    seed: int | None = None
    profile: str | None = None
    cores: tuple[int | None, int | None] | None = None
    need: NeedRecord | None = None
    recalibrated: PositiveInt | None = None
