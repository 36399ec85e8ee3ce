"""What enters the chip, as the lines that its testbench reads: messages by the routes of input.bin, and values that are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.encoding.bits import within
from litesnn.compiler.image import Image
from litesnn.compiler.image.model import Ints, Sender

Values = npt.NDArray[np.integer[Any]]
MESSAGE, WRITTEN = 0, 1


def message_lines(image: Image, entering: Mapping[str, Values]) -> bytes:
    """The testbench's file for some samples, back to back.

    Parameters
    ----------
    entering : sender -> its values, (N, C, H, W) held for T steps or (N, T, C, H, W)

    Raises
    ------
    DataError
        For a sender without values, or of another shape.
    """
    rows = np.concatenate([np.zeros((0, 8), np.int64), *_rows(image, entering)])
    rows = rows[np.lexsort((rows[:, 1] == MESSAGE, rows[:, 0]))]
    return b"".join(b"%d %d %d %d %d %d %d %d\n" % tuple(row) for row in rows.tolist())


def _rows(image: Image, entering: Mapping[str, Values]) -> Iterator[Ints]:
    """(rows, 8): step, written, core, axon or neuron, channel, row and column of who sends, value."""
    document = image.document
    for sender in image.senders:
        name, shape = sender.document.name, sender.document.shape
        if name not in entering or entering[name].shape[-3:] != shape:
            given = entering[name].shape if name in entering else "nothing"
            raise DataError(f"'{name}': found {given}; allowed: values of shape (N, T, {', '.join(map(str, shape))})")
        values = entering[name]
        if values.ndim == 4:
            values = np.repeat(values[:, None], document.timesteps, axis=1)
        values = values.reshape(*values.shape[:2], -1)
        sample, time, ids = np.nonzero(values)
        sent = values[sample, time, ids].astype(np.int64)
        step = sender.document.arrival + (sample * document.slots + time) * document.interval
        for kind, table in ((MESSAGE, _routes(sender)), (WRITTEN, sender.writes)):
            order = np.argsort(table[:, 0], kind="stable")
            table = table[order]
            first = np.searchsorted(table[:, 0], np.arange(sender.size + 1))
            count = np.diff(first)[ids]
            owner = np.repeat(np.arange(len(ids)), count)
            row = table[first[ids][owner] + within(count)]
            place = np.unravel_index(ids[owner], shape)
            yield np.stack([step[owner], np.full(len(owner), kind), row[:, 1], row[:, 2], *place, sent[owner]], axis=1)


def _routes(sender: Sender) -> Ints:
    """(routes of one neuron, 3): id, core, axon."""
    first, _, core, axon, _ = (np.repeat(column, sender.routes[:, 1]) for column in sender.routes.T)
    return np.stack([first + within(sender.routes[:, 1]), core, axon], axis=1)
