"""Arrays as papers, READMEs, logs and command lines have them: all become the genotype that the plain list becomes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from litesnn.base.errors import GenotypeError
from litesnn.search.published import import_published
from litesnn.search.published.literals import read_literals
from litesnn.search.published.read import KINDS

CELL = [[0, 1], [1, 0], [2, 1], [3, 1], [5, 0], [6, 1]]
MATRIX = [[0, 3, 0, 3], [0, 0, 3, 0], [2, 0, 0, 2], [0, 2, 0, 0]]


@pytest.mark.parametrize(
    "text",
    [
        str(np.array(CELL)),
        f"cell_arch = {np.array(CELL)}\n",
        f"cell_arch = np.{np.array(CELL)!r}\n",
        f"cell_arch:\n{np.array(CELL)}\n",
        f"cell_arch: {np.array(CELL).tolist()}\n",
        str(np.array(CELL, float)),
    ],
)
def test_what_numpy_prints_is_read(text: str) -> None:
    (value,) = read_literals(text, "x").values()
    assert value == CELL


def test_negative_numbers_and_fractions_as_printed() -> None:
    printed = np.array([[-1.5, 0.25, 2e-7], [3, -4, 5]])
    np.testing.assert_array_equal(read_literals(str(printed), "x")[""], printed)


@pytest.mark.parametrize("text", ["[1 - 2]", "[[1 2] * 3]", str(np.arange(2000)), "[1 2] + [3]"])
def test_what_is_computed_or_left_out_is_not_read(text: str) -> None:
    with pytest.raises(GenotypeError, match="found no array"):
        read_literals(text, "x")


@pytest.mark.parametrize(
    "text",
    [
        "path, bits = [0, 1], [2, 0]",
        "(path, bits) = ([0, 1], [2, 0])",
        "self.path, self.bits = np.array([0, 1]), [2, 0]  # searched",
        "path, bits = [0,\n  1], [2,\n  0]\nother = 3",
    ],
)
def test_tuple_assignments_are_read(text: str) -> None:
    assert read_literals(text + "\n", "x") == {"path": [0, 1], "bits": [2, 0]}


def test_tuple_assignments_of_other_lengths_are_not_read() -> None:
    assert read_literals("a, b = [[1], [2], [3]]\nc = [4]\n", "x") == {"c": [4]}


@pytest.mark.parametrize(
    "text",
    [
        "python train_snn.py --dataset cifar10 --cnt_mat 0303 0030 2002 0200 --savemodel_pth x.pt\n",
        "python train_snn.py \\\n  --cnt_mat 0303 0030 \\\n  2002 0200\n",
        "0303 0030 2002 0200",
        f"{np.array(MATRIX)}",
    ],
)
def test_snasnets_command_line_is_its_matrix(tmp_path: Path, text: str) -> None:
    plain, line = tmp_path / "plain.txt", tmp_path / "line.txt"
    plain.write_text(f"cnt_mat = {MATRIX}\n")
    line.write_text(text)
    expected, found = (import_published(path, {}, name="net", seed=None).genotype for path in (plain, line))
    assert found.cells == expected.cells


@pytest.mark.parametrize("name", ["arch", "best", "cnt_mat"])
@pytest.mark.parametrize("kind", [np.int64, np.float32])
def test_a_matrix_in_npy_needs_no_kind(tmp_path: Path, name: str, kind: type) -> None:
    np.save(tmp_path / f"{name}.npy", np.array(MATRIX, kind))
    imported = import_published(tmp_path / f"{name}.npy", {}, seed=None)
    assert imported.origin == f"{KINDS['snasnet'].title} arrays"


NODES = "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"


@pytest.mark.parametrize("text", [NODES, f"arch = '{NODES}'\n", f"best: {NODES} (93.7 %)\n"])
def test_nas_bench_201_cells_are_the_same_wiring(tmp_path: Path, text: str) -> None:
    cell, plain = tmp_path / "cell.txt", tmp_path / "plain.txt"
    cell.write_text(text)
    plain.write_text("cnt_mat = [[0, 3, 2, 1], [0, 0, 1, 0], [0, 0, 0, 4], [0, 0, 0, 0]]\n")
    found = import_published(cell, {}, name="net", seed=None)
    assert found.genotype.cells == import_published(plain, {}, name="net", seed=None).genotype.cells
    assert any("NAS-Bench-201" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("nor_conv_3x3~0", "nor_conv_5x5~0"), "found 'nor_conv_5x5'; allowed: none, skip_connect"),
        (("none~1", "none~3"), r"found source '3'; allowed: 0\.\.2"),
        (("none~1", "none~0"), r"found edges from \[0, 0, 2\]"),
        (("|none~1", ""), r"found edges from \[0, 2\]"),
        (("|+|skip_connect~0|none~1|avg_pool_3x3~2", ""), r"found shape \(3, 3\)"),
    ],
)
def test_wrong_cells_are_refused_with_the_place(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    (tmp_path / "cell.txt").write_text(NODES.replace(*change))
    with pytest.raises(GenotypeError, match=message):
        import_published(tmp_path / "cell.txt", {}, seed=None)
