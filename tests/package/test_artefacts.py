"""The sdist and the wheel hold every file that they should, from a tree with links, without links, and from the sdist."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling is in the dev group")
ROOT = Path(__file__).parents[2]
LINKS = ("compiler", "hw_profiles", "runtime", "search")
MAPPED = ("compiler", "docs", "examples", "hw_profiles", "runtime", "search")


def tracked() -> list[str]:
    """Files of the tree as git has them, new ones included, without the links in litesnn/."""
    if not (ROOT / ".git").exists():
        pytest.skip("what belongs to the tree is known to git alone")
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if (ROOT / name).is_file()]


def copied(folder: Path, links: str) -> Path:
    """The tree without .git; `links`: "none", or "text" as a clone with core.symlinks=false has them."""
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    if links == "text":
        for name in LINKS:
            (folder / "litesnn" / name).write_text(f"../{name}")
    return folder


def built(tree: Path, target: str, folder: Path) -> Path:
    """The artefact that hatchling makes of a tree."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""})
    (artefact,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return artefact


def of_wheel(artefact: Path) -> set[str]:
    with zipfile.ZipFile(artefact) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def of_sdist(artefact: Path) -> set[str]:
    with tarfile.open(artefact) as archive:
        assert all(member.isfile() for member in archive.getmembers()), "no links, no empty folders"
        return {name.partition("/")[2] for name in archive.getnames()} - {"PKG-INFO"}


def expected_in_wheel() -> set[str]:
    """Packages under their import names; of docs/ the pages, not the pictures and what makes them."""
    names = {name for name in tracked() if name.partition("/")[0] in ("litesnn", *MAPPED)}
    names = {name for name in names if not name.startswith(("docs/images/", "docs/make_", "docs/website/"))}
    return {name if name.startswith("litesnn/") else f"litesnn/{name}" for name in names}


@pytest.mark.parametrize("links", ["none", "text"])
def test_a_wheel_of_a_tree_without_links_is_whole(links: str, tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree", links)
    assert of_wheel(built(tree, "wheel", tmp_path / "dist")) == expected_in_wheel()


def test_the_wheel_of_this_tree_and_of_its_sdist_are_whole(tmp_path: Path) -> None:
    assert of_wheel(built(ROOT, "wheel", tmp_path / "dist")) == expected_in_wheel()
    sdist = built(ROOT, "sdist", tmp_path / "sdist")
    assert of_sdist(sdist) == set(tracked())
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked")
    (tree,) = (tmp_path / "unpacked").iterdir()
    assert of_wheel(built(tree, "wheel", tmp_path / "again")) == expected_in_wheel()
