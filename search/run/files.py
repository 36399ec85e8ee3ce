"""Where a run keeps what can be followed: its history, its table, its journal and its event files. Nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from litesnn.base.errors import OutputError
from litesnn.base.output import check_file
from litesnn.base.output_kinds import HISTORY, JOURNAL, RUN_TABLE, TRAINING, Kind
from litesnn.reading import is_there

HISTORY_FILE, TABLE_FILE, JOURNAL_FILE, EVENTS_FOLDER = "history.json", "history.csv", "run.json", "events"
EVENT_FILE = "events.out.tfevents."
"""What TensorBoard calls its files, and what follows."""


@dataclass(frozen=True)
class RunFiles:
    """The files of one run.

    Attributes
    ----------
    history : all that was done, as JSON; written at the end, the same bytes whether the run was interrupted or not
    table : a line for each step, as CSV; written all along, the same bytes too
    journal : settings, machine, sessions and times, as JSON; written all along
    events : folder of TensorBoard's event files
    history_kind : which file may stand where `history` is written
    """

    history: Path
    table: Path
    journal: Path
    events: Path
    history_kind: Kind

    @classmethod
    def of_search(cls, folder: Path) -> RunFiles:
        """Of a search that writes into a folder."""
        return cls(
            folder / HISTORY_FILE,
            folder / TABLE_FILE,
            folder / JOURNAL_FILE,
            events=folder / EVENTS_FOLDER,
            history_kind=HISTORY,
        )

    @classmethod
    def of_training(cls, path: Path) -> RunFiles:
        """Of a training that writes the genotype `path`: `trained.json` has `trained.history.json` beside it, and so on."""

        def beside(name: str) -> Path:
            return path.with_name(f"{path.stem}.{name}")

        return cls(
            beside(HISTORY_FILE),
            beside(TABLE_FILE),
            beside(JOURNAL_FILE),
            events=beside(EVENTS_FOLDER),
            history_kind=TRAINING,
        )

    @property
    def there(self) -> bool:
        """Whether a run has written here."""
        return is_there(self.history) or is_there(self.journal)

    def check(self) -> None:
        """Refuse places where other files stand (`OutputError`)."""
        for path, kind in (
            (self.history, self.history_kind),
            (self.table, RUN_TABLE),
            (self.journal, JOURNAL),
        ):
            check_file(path, kind)
        for path in self._events():
            if not path.name.startswith(EVENT_FILE):
                raise OutputError(
                    f"cannot write event files into {self.events}: it holds {path.name}; move it elsewhere"
                )

    def clear_events(self) -> None:
        """Remove the event files of an earlier run: TensorBoard would draw both as one."""
        for path in self._events():
            path.unlink()

    def _events(self) -> list[Path]:
        return sorted(self.events.iterdir()) if self.events.is_dir() else []


def is_run(path: Path) -> bool:
    """Whether `find_runs` is to look there: a folder with what a run writes, or with such folders; or a file, which no program is.

    The genotype of a training that is not done does not stand there yet.
    """
    if not path.is_dir():
        return path.suffix == ".json" and (is_there(path) or RunFiles.of_training(path).there)
    if RunFiles.of_search(path).there or any(path.glob(f"*.{JOURNAL_FILE}")):
        return True
    return any(folder.is_dir() and RunFiles.of_search(folder).there for folder in path.iterdir())
