"""Arrays as the kernels take them: pointers, channels last, channels padded to whole vectors."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Population
from litesnn.kernels.structures import NO_LIMIT

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

WORD = 64
LINE_BYTES = 64
GROUP = 8  # neurons that are computed at once


class Pointers:
    """Pointers for structures, and what they point to: it lives as long as they."""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def to(self, array: Array, kind: Any) -> Any:
        """To the first element of an array, as a C type."""
        self._kept.append(array)
        return array.ctypes.data_as(ctypes.POINTER(kind))

    def to_any(self, array: Array) -> ctypes.c_void_p:
        """To the first element, of a type that another field tells."""
        return ctypes.cast(self.to(array, ctypes.c_uint8), ctypes.c_void_p)

    def to_array(self, structure: Any, entries: list[Any]) -> Any:
        """To the first of some structures in a row."""
        made = (structure * len(entries))(*entries)
        self._kept.append(made)
        return ctypes.cast(made, ctypes.POINTER(structure))


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Zeros that begin at a cache line."""
    kind = np.dtype(dtype)
    count = int(np.prod(shape)) * kind.itemsize
    room = np.zeros(count + LINE_BYTES, np.uint8)
    first = -room.ctypes.data % LINE_BYTES
    return room[first : first + count].view(kind).reshape(shape)


def words(channels: int) -> int:
    """64-bit words that hold a place's spikes; enough for whole vectors of the narrowest sums."""
    return -(-channels // WORD)


def per_channel(values: Ints, length: int, beyond: int) -> npt.NDArray[np.int32]:
    """Constants per channel (C,) for padded channels; what no register reaches is as good as the largest int32."""
    whole = np.full(length, beyond, np.int32)
    whole[: len(values)] = np.clip(values, -NO_LIMIT, NO_LIMIT)
    return whole


def places_last(flat: Ints, population: Population) -> Ints:
    """The order of neurons that lie channels last, from ids of (C, H, W)."""
    channels, height, width = population.shape
    places = height * width
    ordered: Ints = (flat % places) * channels + flat // places
    return ordered


def bits_of(spikes: Array, population: Population) -> npt.NDArray[np.uint64]:
    """Spikes (.., C, H, W) as words (.., H * W, words)."""
    channels, height, width = population.shape
    last = np.moveaxis(spikes, -3, -1).reshape(*spikes.shape[:-3], height * width, channels)
    bytes_ = np.packbits(last != 0, axis=-1, bitorder="little")
    room = np.zeros((*bytes_.shape[:-1], words(channels) * 8), np.uint8)
    room[..., : bytes_.shape[-1]] = bytes_
    found: npt.NDArray[np.uint64] = room.view("<u8")
    return found


def spikes_of(bits: npt.NDArray[np.uint64], population: Population) -> npt.NDArray[np.uint8]:
    """The inverse of `bits_of`: uint8 (.., C, H, W)."""
    last = np.unpackbits(bits.view(np.uint8), axis=-1, bitorder="little", count=population.shape[0])
    return maps_of(last, population)


def maps_of(last: Array, population: Population) -> Array:
    """Maps (.., C, H, W) of values (.., H * W, C or more)."""
    channels, height, width = population.shape
    maps = last[..., :channels].reshape(*last.shape[:-2], height, width, channels)
    return np.moveaxis(maps, -1, -3)
