"""Spikes of one sample as a raster of bounded size: rows of neurons, columns of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Population
from litesnn.compiler.report.sections.sample_trace import RasterEntry

MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_POPULATIONS = 96, 240, 40_000, 500
Values = npt.NDArray[np.integer[Any] | np.bool_]


@dataclass(frozen=True)
class Raster:
    """How large the rasters of a network may be: rows of each population, and steps of each column."""

    rows: int
    steps_per_column: int

    @classmethod
    def of(cls, populations: int, timesteps: int) -> Raster:
        """For so many populations that share `MOST_CELLS` cells."""
        columns = min(timesteps, MOST_COLUMNS, MOST_CELLS // populations)
        span = -(-timesteps // columns)
        return cls(max(1, min(MOST_ROWS, MOST_CELLS // (populations * -(-timesteps // span)))), span)

    def entry(self, population: Population, values: Values, differs: Values | None) -> RasterEntry:
        """One population.

        Parameters
        ----------
        values : what it sent, (T, C, H, W)
        differs : where engines sent different values, of the same shape; None where none was compared
        """
        channels, height, width = population.shape
        area = height * width
        per_channel = min(self.rows // channels, area) if channels <= self.rows else 0
        group = -(-area // per_channel) if per_channel else area * -(-channels // self.rows)
        rows_per_channel = -(-area // group) if per_channel else 0
        wrong = () if differs is None else np.argwhere(self._cells(differs, group, bool(per_channel))).tolist()
        return RasterEntry(
            population=population.name,
            kind=population.kind,
            shape=population.shape,
            channels=() if len(population.channels) == population.genotype_channels else population.channels,
            graded=population.sends == "graded",
            sent=int(np.count_nonzero(values)),
            neurons_per_row=group,
            rows_per_channel=rows_per_channel,
            cells=tuple(tuple(row) for row in self._cells(values, group, bool(per_channel)).tolist()),
            differing=tuple((row, column) for row, column in wrong),
        )

    def _cells(self, values: Values, group: int, within: bool) -> npt.NDArray[np.int64]:
        """(rows, columns): values other than 0 of each group of neurons, `within` a channel or over several, in each group of steps."""
        steps, channels = values.shape[:2]
        live = (values != 0).reshape(steps, channels, -1)
        live = live if within else live.reshape(steps, 1, -1)
        summed = np.add.reduceat(live.astype(np.int64), np.arange(0, live.shape[2], group), axis=2).reshape(steps, -1)
        return np.add.reduceat(summed, np.arange(0, steps, self.steps_per_column), axis=0).T
