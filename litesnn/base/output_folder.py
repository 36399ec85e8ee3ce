"""Folders that commands write: whole or not at all, and replaced only where they hold nothing but what LiteSNN wrote.

What stands where such a folder is to be written may be removed if its manifest says that it is of this kind, and only the files
that the manifest lists. Anything else in there is somebody's own, and a refusal that names it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from litesnn.base.errors import LiteSNNError
from litesnn.base.output import check_folder_of, exists, resolved
from litesnn.base.staging import abandoned, aside_folder, staged_folder

_NAMED = 5  # of the things that are in the way
_ATTEMPTS = 5


@dataclass(frozen=True)
class FolderKind:
    """A kind of folder.

    Attributes
    ----------
    name, directory : for messages, `a LiteSNN program` and `the program's directory`
    error : raised where one cannot be written
    manifest : name of the file that lists the others
    files : root -> the names that its manifest lists; raises `error` for a manifest of another kind
    """

    name: str
    directory: str
    error: type[LiteSNNError]
    manifest: str
    files: Callable[[Path], Collection[str]]

    def check(self, target: Path) -> None:
        """Refuse an output place before any work is spent on it.

        Raises
        ------
        LiteSNNError
            Of the kind's type: something that is not of this kind stands there, or one with something else in it, or the place cannot
            be written.
        """
        try:
            place = resolved(target)
            self._put_back(place.parent)
            self._refuse_foreign(target, place)
            if os.path.ismount(place):
                raise self.error(f"{target}: is where a disk is mounted; choose a folder inside it")
            check_folder_of(place)
        except (OSError, ValueError) as error:
            raise self._unwritable(target, error) from error

    @contextmanager
    def staged(self, target: Path) -> Iterator[Path]:
        """A new folder to fill, manifest included; it is put in place at the end, and gone where the block raises.

        An earlier one there is replaced, a link is kept. Raises as `check`.
        """
        try:
            place = resolved(target)
            place.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise self._unwritable(target, error) from error
        try:
            with staged_folder(place) as staging:
                yield staging
                self._swap(staging, target, place)
        except OSError as error:
            raise self._unwritable(target, error) from error

    def _unwritable(self, target: Path, error: OSError | ValueError) -> LiteSNNError:
        reason = error.strerror if isinstance(error, OSError) else None
        return self.error(f"cannot write {target}: {reason or error}; choose another -o")

    def _swap(self, staging: Path, target: Path, place: Path) -> None:
        """Put the staged directory in place; what it replaces steps aside first, is looked at again, and is removed last."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if exists(place):
                    self._replace(staging, target, place)
                else:
                    os.rename(staging, place)
                return
            except OSError as error:
                # Another process put its own there in between; it is replaced like any other.
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _ATTEMPTS:
                    raise

    def _replace(self, staging: Path, target: Path, place: Path) -> None:
        self._refuse_foreign(target, place)
        with aside_folder(place) as aside:
            old = aside / place.name
            os.rename(place, old)
            try:
                self._refuse_foreign(target, old)
                os.rename(staging, place)
            except BaseException:
                if not exists(place):
                    os.rename(old, place)
                raise
            if not self._removed(old):
                raise self.error(
                    f"{target}: written; something was put into the old one meanwhile, which is kept as {old}"
                )

    def _put_back(self, folder: Path) -> None:
        """Mend what a process left that was killed while it replaced a folder here: the old one stands where no new one does."""
        for aside in abandoned(folder):
            for old in sorted(aside.iterdir()):
                if not exists(folder / old.name):
                    os.rename(old, folder / old.name)
                elif self._holds_nothing_else(old):
                    self._removed(old)

    def _holds_nothing_else(self, root: Path) -> bool:
        try:
            return not any(self._foreign(root))
        except self.error:
            return False

    def _removed(self, root: Path) -> bool:
        """Remove the files of such a folder, and its folders where nothing else is in them; whether nothing was."""
        names = sorted(
            self._listed(root), key=lambda name: name == self.manifest
        )  # the manifest last: it says what is ours
        for name in names:
            (root / name).unlink(missing_ok=True)
        folders = {folder for name in names for folder in PurePosixPath(name).parents}
        try:
            for part in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
                with suppress(FileNotFoundError):
                    os.rmdir(root / part)
            with suppress(FileNotFoundError):
                os.rmdir(root)
        except OSError:
            return False
        return True

    def _refuse_foreign(self, target: Path, place: Path) -> None:
        """Raise for what may not be replaced; `target` is what the user called it."""
        if not exists(place):
            return
        kept = f"{target} exists and is not {self.name}; choose another -o, or remove it"
        if not place.is_dir():
            raise self.error(kept)
        if not exists(place / self.manifest) and any(place.iterdir()):
            raise self.error(kept)
        try:
            foreign = sorted(self._foreign(place))
        except self.error as error:
            raise self.error(f"{kept} ({error})") from error
        if foreign:
            more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
            raise self.error(
                f"{target} holds what LiteSNN did not write there: {', '.join(foreign[:_NAMED])}{more}; move it elsewhere, or choose "
                "another -o"
            )

    def _foreign(self, root: Path) -> Iterator[str]:
        """What is in such a folder besides the plain files that its manifest lists, and their folders."""
        names = self._listed(root)
        folders = {str(folder) for name in names for folder in PurePosixPath(name).parents}
        waiting = [PurePosixPath()]
        while waiting:
            folder = waiting.pop()
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = folder / entry.name
                    if entry.is_dir(follow_symlinks=False) and str(name) in folders:
                        waiting.append(name)
                    elif not (entry.is_file(follow_symlinks=False) and str(name) in names):
                        yield f"{name}/" if entry.is_dir(follow_symlinks=False) else str(name)

    def _listed(self, root: Path) -> frozenset[str]:
        """The manifest and the files that it lists; none for an empty directory. An error for names that leave it."""
        if not exists(root / self.manifest):
            return frozenset()
        names = self.files(root)
        for name in names:
            parts = PurePosixPath(name).parts
            if not parts or str(PurePosixPath(*parts)) != name or name.startswith("/") or ".." in parts or "\0" in name:
                raise self.error(f"{root / self.manifest}: file '{name}' leaves {self.directory}; refused")
        return frozenset({self.manifest, *names})
