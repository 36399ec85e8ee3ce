"""A user's own data set as a genotype records it: enough to know it again and to read it the same way; no code, and not where it lies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from litesnn.compiler.genotype.part import Part

DataKind = Literal["arrays", "npz", "images", "events", "sounds", "function", "plugin", "tonic", "torchvision"]
NAME = r"^[^/\\\x00-\x1f\x7f]{1,255}$"
"""No path, and one line."""
ClassName = Annotated[str, Field(max_length=255)]
MAX_NAMED_CLASSES = 2**16


class DataRecord(Part):
    """The data set that a network was made for, where the user brought it. `docs/own-data.md` says how each kind is read.

    Attributes
    ----------
    name : of the file or folder without its place, `module:function`, or a library's name of it
    kind : how it is read; `arrays`: given from Python
    sha256 : of all samples and labels as they are read, before frames, resizing and quantization
    sample : shape of one raw sample: (C, H, W), or (T, C, H, W) of spikes per step
    samples : of the training and of the test part
    classes : names in the order of their numbers; empty where they have none
    test_fraction, split_seed : of the test part that was held out; None where it came with the data
    sensor : pixels (H, W) of the sensor of event recordings
    plugin : `name version` of the installed package that brought the function
    """

    name: Annotated[str, Field(pattern=NAME)]
    kind: DataKind
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sample: Annotated[tuple[PositiveInt, ...], Field(min_length=3, max_length=4)]
    samples: tuple[PositiveInt, PositiveInt]
    classes: Annotated[tuple[ClassName, ...], Field(max_length=MAX_NAMED_CLASSES)] = ()
    test_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None
    split_seed: NonNegativeInt | None = None
    sensor: tuple[PositiveInt, PositiveInt] | None = None
    plugin: Annotated[str, Field(max_length=255)] | None = None
