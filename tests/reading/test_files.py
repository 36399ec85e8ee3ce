"""The one door for files: only regular ones of bounded size are opened, and everything else is named."""

import os
import socket
from pathlib import Path

import pytest

from litesnn.base.errors import DataError
from litesnn.reading import Kind, open_regular, read_file

KIND = Kind(DataError, "recording", 100)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


def refusal(path: object) -> str:
    with pytest.raises(DataError) as refused:
        read_file(path, KIND)  # type: ignore[arg-type]
    return str(refused.value)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    assert read_file(tmp_path / "a", KIND) == b"x" * 100
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_file(str(tmp_path / "link"), KIND) == b"x" * 100
    (tmp_path / "empty").touch()
    assert read_file(tmp_path / "empty", KIND) == b""


def test_a_file_past_the_limit_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    assert "sparse: found 1,099,511,627,776 bytes; allowed: 100 for this recording" in refusal(tmp_path / "sparse")


def test_files_that_say_they_are_empty_are_read_up_to_the_limit() -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("this system has no /proc")
    assert os.stat("/proc/self/maps").st_size == 0
    assert "found more bytes; allowed: 100" in refusal("/proc/self/maps")
    assert len(read_file("/proc/self/maps", Kind(DataError))) > 100


def test_what_is_no_regular_file_is_named_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert "found a socket; allowed: a regular file" in refusal(tmp_path / "s")
    assert "cannot read this recording: found a pipe (FIFO); allowed: a regular file" in refusal(tmp_path / "pipe")
    assert "found a device" in refusal("/dev/zero")
    assert "found a folder" in refusal(tmp_path)


def test_paths_that_the_system_cannot_take_are_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    assert "none: no such recording file" in refusal(tmp_path / "none")
    assert "its symbolic links lead in a circle" in refusal(tmp_path / "loop")
    assert "longer than the system allows (255 bytes for a name)" in refusal(tmp_path / ("x" * 300))
    assert len(refusal(tmp_path / ("x" * 5000))) < 500
    assert "not a file name" in refusal("a\0b")
    assert "not a file name" in refusal("\ud800")
    assert "a part of its path is a file" in refusal(tmp_path / "file" / "inside")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(0)
    assert "permission denied" in refusal(tmp_path / "secret")


def test_git_lfs_pointers_are_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "w.npy").write_bytes(POINTER)
    assert "w.npy: found a Git LFS pointer" in refusal(tmp_path / "w.npy")
    assert "git lfs pull" in refusal(tmp_path / "w.npy")


def test_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "w.npy").write_bytes(POINTER)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        refusal(tmp_path / "w.npy")
    assert not before or len(os.listdir("/proc/self/fd")) == before
    (tmp_path / "w.npy").write_bytes(b"abc")
    with open_regular(tmp_path / "w.npy", KIND) as file:
        assert file.read() == b"abc"
