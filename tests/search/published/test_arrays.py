"""Reading pasted arrays: what counts as one, and that nothing is executed or unpickled."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litesnn.base.errors import GenotypeError
from litesnn.search.published.arrays import MAX_BYTES, MAX_TEXT_BYTES, read_arrays, recordable, shape_of, whole
from litesnn.search.published.literals import read_literals


def test_assignments_are_read_from_code_and_prose() -> None:
    text = """
    Some words = not a list, and `bits_arch = [9]` in the middle of a line.
    class Net:
        def __init__(self):
            self.path = [0, 1]  # the ] in this comment ends nothing
            built = np.array(cell_arch)
            # old = [3]
            names = ('a', "b]")
            matrix = torch.Tensor([[1]])
    """
    assert read_literals(text, "x") == {
        "path": [0, 1],
        "names": ["a", "b]"],
        "matrix": [[1]],
    }


def test_a_call_with_more_than_the_array_keeps_its_array() -> None:
    assert read_literals("a = np.array([[1, 0], [-2, 1.5]], dtype=int)\na = np.array(a)", "x") == {
        "a": [[1, 0], [-2, 1.5]]
    }


@pytest.mark.parametrize(
    "expression",
    [
        "open('x')",
        "[open('x')]",
        "__import__('os').system('true')",
        "[i for i in (1, 2)]",
        "eval('[1]')",
        "[1] + [2]",
        "{1: 2}",
        "[1] * 10",
        "np.array([1]).T",
    ],
)
def test_expressions_are_never_evaluated(expression: str) -> None:
    with pytest.raises(GenotypeError, match="found no array.*nothing is executed"):
        read_literals(f"cell_arch = {expression}\n", "x")


def test_a_name_with_two_values_is_refused() -> None:
    with pytest.raises(GenotypeError, match="x, line 2: 'a' has a second, different value"):
        read_literals("a = [1]\na = [2]\n", "x")
    assert read_literals("a = [1]\na = [1]\n", "x") == {"a": [1]}


def test_a_bare_list_and_rows_of_digits() -> None:
    assert read_literals(" [[0, 3], [0, 0]]\n", "x") == {"": [[0, 3], [0, 0]]}
    assert read_literals("0303 0030\n2002 0200", "x") == {"": [[0, 3, 0, 3], [0, 0, 3, 0], [2, 0, 0, 2], [0, 2, 0, 0]]}


@pytest.mark.parametrize("text", ["", "hello", "[" * 100_000, "a = [" + "[" * 5000, "a = ['unclosed", "\0"])
def test_texts_without_an_array_are_refused(text: str) -> None:
    with pytest.raises(GenotypeError, match="found no array"):
        read_literals(text, "x")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_literals(text, "x")
    except GenotypeError:
        return
    assert all(isinstance(value, list) for value in found.values())


@given(st.recursive(st.integers(-9, 9) | st.floats(-9, 9), lambda inner: st.lists(inner, max_size=4), max_leaves=12))
def test_what_is_written_is_read(value: object) -> None:
    assert read_literals(f"name = {[value]!r}", "x") == {"name": [value]}


def test_numpy_and_json_files_hold_the_same(tmp_path: Path) -> None:
    array = np.array([[1, 1], [0, 2]])
    np.save(tmp_path / "feature_genotype.npy", array)
    np.savez(tmp_path / "both.npz", cell_arch=array, bits_arch=np.array([0, 1]))
    (tmp_path / "both.json").write_text(json.dumps({"cell_arch": array.tolist(), "bits_arch": [0, 1], "comment": "no"}))
    assert read_arrays(tmp_path / "feature_genotype.npy") == {"feature_genotype": array.tolist()}
    both = {"cell_arch": array.tolist(), "bits_arch": [0, 1]}
    assert read_arrays(tmp_path / "both.npz") == both
    assert read_arrays(tmp_path / "both.json") == both


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "a.npz", a=np.array([{"a": 1}], dtype=object))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(GenotypeError, match="never unpickled"):
            read_arrays(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\xff\xfe", "not text"),
        ("a.json", b"{", "not valid JSON"),
        ("a.npy", b"\x93NUMPY\x01\x00", "not a plain .npy array"),
        ("a.npz", b"PK", "not plain numpy"),
        ("a.txt", b"#" * (MAX_TEXT_BYTES + 1), f"allowed: {MAX_TEXT_BYTES:,}"),
        ("a.json", b" " * (MAX_BYTES + 1), f"allowed: {MAX_BYTES:,}"),
    ],
    ids=["bytes", "json", "npy", "npz", "large text", "large json"],
)
def test_broken_and_large_files_are_refused(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GenotypeError, match=message):
        read_arrays(tmp_path / name)


def test_an_archive_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "bomb.npz", a=np.zeros(MAX_BYTES, np.uint8))
    assert (tmp_path / "bomb.npz").stat().st_size < MAX_BYTES // 100
    with pytest.raises(GenotypeError, match="unpacks to"):
        read_arrays(tmp_path / "bomb.npz")
    with pytest.raises(GenotypeError, match="no such file"):
        read_arrays(tmp_path / "missing.txt")


def test_shapes_and_whole_numbers() -> None:
    assert shape_of([[1, 2], [3, 4], [5, 6]]) == (3, 2)
    assert shape_of([[1], [2, 3]]) == ()
    assert shape_of([1, [2]]) == ()
    assert shape_of([]) == ()
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert shape_of(deep) == ()  # type: ignore[arg-type]
    arrays = {"kept": [[1, 2]], "infinite": [float("nan")], "long": [1] * 9999, "deep": deep}
    assert recordable(arrays) == {"kept": [[1, 2]]}  # type: ignore[arg-type]
    assert whole(2.0, "p", "0..3") == 2
    for wrong in (1.5, "1", float("nan"), float("inf"), [1]):
        with pytest.raises(GenotypeError, match=r"p: found .*; allowed: 0\.\.3"):
            whole(wrong, "p", "0..3")


def test_brackets_within_brackets_are_read_in_one_pass() -> None:
    text = "a = (\n" * 20_000 + ")" * 20_000
    with pytest.raises(GenotypeError, match="found no array"):
        read_literals(text, "x")
    assert read_literals("net = Net(\n  cell_arch = [[1, 0]]\n)", "x") == {"cell_arch": [[1, 0]]}
