"""A function of the user's that returns a data set: named on the command line, or offered by an installed package."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from litesnn.base.errors import DataError, LiteSNNError
from litesnn.base.named_code import loaded, named, offered, working_directory_importable
from litesnn.base.text import brief
from litesnn.search.data.dataset import Array, Dataset
from litesnn.search.data.own.made import ARRAYS, Source, from_arrays, record_name
from litesnn.search.data.own.records import with_record
from litesnn.search.settings.own_data import OwnData

GROUP = "litesnn.datasets"
"""Entry points under this name offer data sets."""
RETURNS = "a Dataset, a dictionary with x_train, y_train, and perhaps x_test, y_test, class_names, or a tuple of them in this order"


def load_named(text: str, data_dir: Path | None, own: OwnData) -> Dataset:
    """The data set of `package.module:function`.

    Raises
    ------
    DataError
        Where there is no such function, it fails, or returns anything but a data set.
    """
    return _called(named(text, "--dataset", DataError), Source(text, "function"), data_dir, own)


def load_offered(name: str, data_dir: Path | None, own: OwnData) -> Dataset:
    """A data set that an installed package offers; errors as `load_named`."""
    found = loaded(offered(GROUP)[name], DataError)
    return _called(found.found, Source(name, "plugin", plugin=found.package or None), data_dir, own)


def _called(function: Callable[..., Any], source: Source, data_dir: Path | None, own: OwnData) -> Dataset:
    place = f"--dataset {source.name}"
    if not callable(function):
        raise DataError(f"{place}: found {type(function).__name__}; allowed: a function that returns {RETURNS}")
    with working_directory_importable():
        try:
            takes = "data_dir" in inspect.signature(function).parameters
            found = function(data_dir=data_dir) if takes else function()
        except LiteSNNError:
            raise
        except Exception as error:  # a user's function may raise anything
            said = f"{type(error).__name__}: {brief(str(error), 200)}"
            raise DataError(f"{place}: the function failed: {said} (-v shows where)") from error
    if isinstance(found, Dataset):
        return with_record(replace(found, name=record_name(source.name)), source)
    if isinstance(found, tuple) and 2 <= len(found) <= len(ARRAYS):
        found = dict(zip(ARRAYS, found, strict=False))
    if not isinstance(found, Mapping):
        raise DataError(f"{place}: the function returned {type(found).__name__}; allowed: {RETURNS}")
    arrays = {str(name): _array(values) for name, values in found.items() if values is not None}
    return from_arrays(source, arrays, own)


def _array(values: Any) -> Array:
    """A numpy array of an array, a tensor or a list."""
    found: Array = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    return found
