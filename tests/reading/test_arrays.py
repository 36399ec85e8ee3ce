"""Numpy's files: what numpy writes is read as numpy reads it; what is not a whole plain array is refused before memory is taken."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from traced import in_little_memory

from litesnn.base.errors import DataError
from litesnn.reading import Kind, read_npy, read_npz

KIND = Kind(DataError)


def header(text: str, values: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    raw = text.encode("latin-1")
    return b"\x93NUMPY" + version + len(raw).to_bytes(2 if version[0] == 1 else 4, "little") + raw + values


def refusal(folder: Path, content: bytes, name: str = "a.npy", **options: Any) -> str:
    (folder / name).write_bytes(content)
    read = read_npz if name.endswith(".npz") else read_npy
    with pytest.raises(DataError) as refused:
        read(folder / name, KIND, **options)
    assert str(refused.value).startswith(f"{folder / name}: not ")
    return str(refused.value)


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "<i2", ">i2", "<u4", ">i8", "<f2", "<f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_read_as_numpy_reads_them(dtype: str, order: Any, tmp_path: Path) -> None:
    for shape in ((), (0,), (3,), (2, 3, 4), (0, 5), (1, 1)):
        array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype, order=order)
        np.save(tmp_path / "a.npy", array)
        np.savez(tmp_path / "a.npz", a=array)
        np.savez_compressed(tmp_path / "b.npz", a=array)
        packed = [read_npz(tmp_path / name, KIND)["a"] for name in ("a.npz", "b.npz")]
        for found in (read_npy(tmp_path / "a.npy", KIND), *packed):
            assert found.dtype == array.dtype.newbyteorder("=")
            assert found.shape == shape
            np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_all_versions_of_the_format_are_read(version: tuple[int, int], tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array(file, np.arange(5), version=version)
    np.testing.assert_array_equal(read_npy(tmp_path / "a.npy", KIND), np.arange(5))


def test_other_writers_and_python_2_are_read(tmp_path: Path) -> None:
    for text in (
        '{"shape": (2L,), "fortran_order": False, "descr": "<i2"}\n',
        "{'descr':'<i2','fortran_order':False,'shape':(2,)}",
    ):
        (tmp_path / "a.npy").write_bytes(header(text, b"\1\0\2\0"))
        np.testing.assert_array_equal(read_npy(tmp_path / "a.npy", KIND), [1, 2])


def test_records_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    records = np.array([(1, True, 2.5)], dtype=[("x", "<i2"), ("p", "?"), ("t", "<f8")])
    np.save(tmp_path / "a.npy", records)
    assert read_npy(tmp_path / "a.npy", KIND, fields=True) == records
    assert "found elements of type [('x', '<i2')" in refusal(tmp_path, (tmp_path / "a.npy").read_bytes())
    np.save(tmp_path / "a.npy", np.zeros(1, [("x", "<i2", (3,))]))
    assert "found elements of type" in refusal(tmp_path, (tmp_path / "a.npy").read_bytes(), fields=True)


DESCR, ORDER = "{'descr': '<f8', 'fortran_order': False, ", "'shape': "
REFUSED = {
    "a terabyte": (header(DESCR + ORDER + "(1000000000000,), }", b"\0" * 64), "found 64 bytes of values; allowed: 8,000,000"),
    "overflow": (header(DESCR + ORDER + "(99999999999999999999,), }"), "sizes whose product stays below 2^62"),
    "product overflow": (header(DESCR + ORDER + "(0, 4294967296, 4294967296), }"), "stays below 2^62"),
    "negative": (header(DESCR + ORDER + "(-1,), }"), "found the header"),
    "many axes": (header(DESCR + ORDER + "(" + "1," * 33 + "), }", b"\0" * 8), "up to 32 whole numbers"),
    "an open token": (header("{'descr': '<i8', 'shape': (1L,"), "found the header"),
    "an unhashable key": (header("{[]: 1}"), "found the header"),
    "code": (header("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"), "found the header"),
    "twice": (header("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}"), "'descr' twice"),
    "objects": (header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"), "never unpickled"),
    "texts": (header("{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}"), "found elements of type '<U3'"),
    "complex": (header("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}"), "found elements of type '<c8'"),
    "truth of 2": (header("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", b"\2"), "truth value of 2"),
    "cut": (header(DESCR + ORDER + "(2,), }", b"\0" * 15), "found 15 bytes of values; allowed: 16"),
    "more": (header(DESCR + ORDER + "(2,), }", b"\0" * 17), "found 17 bytes of values; allowed: 16"),
    "long header": (header(" " * 20_000), "found a header of 20,000 bytes"),
    "version 9": (header("{}", version=b"\x09\x00"), "found .npy version 9.0"),
    "empty": (b"", "found a beginning of b''"),
    "archive": (b"PK\x03\x04xx", "found an .npz archive"),
    "two letters": (b"PK\x03\x03xx", "found a beginning of"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused_in_words(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    assert message in refusal(tmp_path, content)


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, method)
    return sink.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_that_hide_something_are_refused(tmp_path: Path) -> None:
    array = header(DESCR + ORDER + "(1,), }", b"\0" * 8)
    assert "found the member 'a.npy' twice" in refusal(tmp_path, archive(("a.npy", array), ("a.npy", array)), "a.npz")
    assert "found the array 'a' twice" in refusal(tmp_path, archive(("a.npy", array), ("a", array)), "a.npz")
    assert "compressed with method 14" in refusal(tmp_path, archive(("a.npy", array), method=zipfile.ZIP_LZMA), "a.npz")
    assert "missing b; found: a" in refusal(tmp_path, archive(("a.npy", array)), "a.npz", names=("a", "b"))
    assert "a: found a beginning of" in refusal(tmp_path, archive(("a.npy", b"pickle")), "a.npz")
    many = archive(*((f"{number}", b"") for number in range(10_001)))
    assert "found 10,001 members; allowed: up to 10,000" in refusal(tmp_path, many, "a.npz")
    damaged = archive(("a.npy", array)).replace(b"\0" * 8 + b"PK", b"\1" * 8 + b"PK")
    assert "Bad CRC-32" in refusal(tmp_path, damaged, "a.npz")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = archive(("a.npy", header(DESCR + ORDER + "(8,), }", b"\0" * (1 << 22))), method=zipfile.ZIP_DEFLATED)
    assert "unpacks to" in refusal(tmp_path, bomb, "a.npz", unpacked=1 << 20)
    large = bomb.replace((1 << 22).to_bytes(4, "little"), b"x" * 4)
    with in_little_memory():
        refusal(tmp_path, header(DESCR + ORDER + "(134217728,), }", b"\0" * 64))
        refusal(tmp_path, large[: len(large) // 2], "a.npz")
