"""A tree is run as it stands: the packages beside litesnn/ are found under their import names, with links, with text for links, without."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import litesnn
import litesnn.compiler.profile
from litesnn.source_tree import BESIDE

ROOT = Path(__file__).parents[2]
CODE = """
import litesnn, litesnn.compiler.profile, litesnn.search.model.axes, litesnn.runtime.lava.mended
from litesnn.display.documentation import page_titles
print(litesnn.compiler.profile.__file__, litesnn.compiler.profile.shipped_profiles(), "numbers" in page_titles())
"""


def without_links(folder: Path) -> Path:
    for name in BESIDE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
    shutil.copytree(ROOT / "litesnn", folder / "litesnn", ignore=shutil.ignore_patterns("__pycache__", *BESIDE))
    return folder


@pytest.mark.parametrize("links", ["none", "text", "links"])
def test_a_tree_finds_its_packages(links: str, tmp_path: Path) -> None:
    tree = without_links(tmp_path / "tree")
    for name in BESIDE:
        if links == "text":
            (tree / "litesnn" / name).write_text(f"../{name}")
        if links == "links":
            (tree / "litesnn" / name).symlink_to(f"../{name}")
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert done.stdout.split(" ", 1) == [
        str(tree / "compiler" / "profile" / "__init__.py"),
        "['ecp5-85f', 'loihi1', 'loihi2'] True\n",
    ]


def test_an_installed_package_is_taken_as_it_is(tmp_path: Path) -> None:
    tree = without_links(tmp_path / "tree")
    for name in BESIDE:
        (tree / name).rename(tree / "litesnn" / name)
    (tree / "compiler").mkdir()  # a stranger beside it
    (tree / "compiler" / "__init__.py").write_text("raise ImportError('not ours')")
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert done.stdout.startswith(str(tree / "litesnn" / "compiler" / "profile" / "__init__.py"))


def test_what_is_loaded_here_are_the_real_files() -> None:
    assert Path(litesnn.compiler.profile.__file__).resolve() == Path(litesnn.compiler.profile.__file__)
