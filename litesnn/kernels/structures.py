"""The structures of native/network.h, field by field; what they mean stands there."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_int32, c_int64, c_uint8, c_uint64, c_void_p

WINDOWS, ALL, DEPTHWISE, SPARSE = range(4)
NO_LIMIT = 2**31 - 1


class Sent(ctypes.Structure):
    """What one population sends."""

    _fields_ = (
        ("bits", POINTER(c_uint64)),
        ("values", POINTER(c_int32)),
        ("steps", c_int64),
        ("lasts", c_int64),
        ("channels", c_int32),
        ("height", c_int32),
        ("width", c_int32),
        ("words", c_int32),
    )


class Read(ctypes.Structure):
    """One source of synapses."""

    _fields_ = (("mask", POINTER(c_uint64)), ("sent", c_int32), ("shift", c_int32), ("first", c_int32))


class Segment(ctypes.Structure):
    """Sums side by side to which a spike adds."""

    _fields_ = (("offset", c_int64), ("line", c_int64))


class Part(ctypes.Structure):
    """Segments that are added at once."""

    _fields_ = (
        ("segments", POINTER(Segment)),
        ("weights", c_void_p),
        ("count", c_int32),
        ("vectors", c_int32),
        ("down", c_int32),
        ("across", c_int32),
    )


class Synapses(ctypes.Structure):
    """Synapses of one geometry into a population."""

    _fields_ = (
        ("reads", POINTER(Read)),
        ("weights", c_void_p),
        ("index", POINTER(c_int64)),
        ("targets", POINTER(c_int32)),
        ("parts", POINTER(Part)),
        ("kind", c_int32),
        ("count", c_int32),
        ("channels", c_int32),
        ("begin", c_int32),
        ("end", c_int32),
        ("first", c_int32),
        ("part_count", c_int32),
        ("narrow", c_int32),
        ("kernel_h", c_int32),
        ("kernel_w", c_int32),
        ("stride_h", c_int32),
        ("stride_w", c_int32),
        ("pad_h", c_int32),
        ("pad_w", c_int32),
    )


TO_ZERO, SUBTRACT, SUBTRACT_NEXT, KEEP = range(4)
"""What a spike does to the membrane."""


class Population(ctypes.Structure):
    """A population with leaky membranes."""

    _fields_ = (
        ("synapses", POINTER(Synapses)),
        ("bias", POINTER(c_int32)),
        ("threshold", POINTER(c_int32)),
        ("current_memories", POINTER(c_int32)),
        ("memories", POINTER(c_int32)),
        ("subtracted", POINTER(c_int32)),
        ("computes", POINTER(c_uint8)),
        ("resets", POINTER(c_uint8)),
        ("currents", POINTER(c_int32)),
        ("potentials", POINTER(c_int32)),
        ("membranes", POINTER(c_int32)),
        ("count", c_int32),
        ("sent", c_int32),
        ("channels", c_int32),
        ("height", c_int32),
        ("width", c_int32),
        ("padded", c_int32),
        ("gap", c_int32),
        ("sum_bytes", c_int32),
        ("scale", c_int32),
        ("current_memory", c_int32),
        ("memory", c_int32),
        ("reset", c_int32),
        ("checked", c_int32),
        ("small", c_int32),
        ("top", c_int32),
        ("accumulator_limit", c_int32),
    )


class Counts(ctypes.Structure):
    """What a call counted for one population."""

    _fields_ = (
        ("accumulator", c_int64),
        ("current", c_int64),
        ("membrane", c_int64),
        ("events", c_int64),
        ("synapses_ns", c_int64),
        ("neurons_ns", c_int64),
        ("worst_current", c_int32),
        ("unused", c_int32),
    )


STRUCTURES: tuple[type[ctypes.Structure], ...] = (Sent, Read, Synapses, Population, Counts, Segment, Part)
