"""Objects of many parts are made by naming the parts: a list of five values in a row says nothing to who reads it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "compiler", "hw_profiles", "litesnn", "runtime", "search")
MOST = 4


def sources() -> dict[str, ast.Module]:
    """Every module of the product by path; links lead to folders that are read anyway."""
    walked = (found for top in FOLDERS for found in os.walk(ROOT / top))
    paths = [Path(folder, file) for folder, _, files in walked for file in files if file.endswith(".py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def in_a_row(modules: dict[str, ast.Module]) -> Iterator[str]:
    """Calls of the modules' own classes with more than `MOST` values that are not named."""
    classes = {
        node.name for module in modules.values() for node in ast.walk(module) if isinstance(node, ast.ClassDef)
    } | {"cls"}
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and called(node) in classes and len(node.args) > MOST:
                yield f"{path}:{node.lineno}: {called(node)} of {len(node.args)}"


def test_no_object_is_made_of_five_values_in_a_row() -> None:
    modules = sources()
    assert len(modules) > 500
    assert list(in_a_row(modules)) == []


def test_the_search_for_them_finds_them() -> None:
    module = ast.parse("class A: ...\nA(1, 2, 3, 4, 5)\nA(1, 2, 3, 4, e=5)\nm.A(*all, 2, 3, 4, 5)\nB(1, 2, 3, 4, 5)")
    assert list(in_a_row({"x.py": module})) == ["x.py:2: A of 5", "x.py:4: A of 5"]
