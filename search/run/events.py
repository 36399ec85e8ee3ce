"""Event files for TensorBoard, from the rows of a run's table; TensorBoard is an extra, `litesnn[tensorboard]`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from litesnn.base.errors import LiteSNNError
from litesnn.search.run.table import HEAD, RunTable

ADVICE = "--tensorboard: TensorBoard is not installed; add it with `pip install 'litesnn[tensorboard]'`, or leave the option out"


def require_tensorboard(error: type[LiteSNNError]) -> None:
    """Refuse event files where nothing can write them."""
    if find_spec("tensorboard") is None:
        raise error(ADVICE)


class Events:
    """The event files of one session; columns of numbers become scalars, `done` is their step."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        self._writer = SummaryWriter(str(folder))  # type: ignore[no-untyped-call]
        self._written = 0

    def add(self, table: RunTable) -> None:
        """The rows that are new."""
        for row in table.rows[self._written :]:
            step = row[0]
            for name, value in zip(table.columns[len(HEAD) :], row[len(HEAD) :], strict=True):
                if isinstance(value, int | float) and isinstance(step, int):
                    self._writer.add_scalar(name, value, step)  # type: ignore[no-untyped-call]
        self._written = len(table.rows)
        self._writer.flush()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """No more rows."""
        self._writer.close()  # type: ignore[no-untyped-call]
