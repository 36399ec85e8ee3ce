"""Which room knows which: the import direction of docs/architecture.md, read from the source, imports within functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[2]
TOPS = ("compiler", "hw_profiles", "litesnn", "runtime", "search")  # of docs/ the pages are installed alone
MOST_PAIRS, MOST_LAYERS, MOST_IN_SEARCH = 35, 8, 12

NEVER = {
    "base": {"commands", "compiler", "display", "jobs", "kernels", "reading", "runtime", "search"},
    "kernels": {"commands", "compiler", "display", "jobs", "reading", "runtime", "search"},
    "reading": {"commands", "compiler", "display", "jobs", "runtime", "search"},
    "compiler": {"commands", "display", "jobs", "runtime", "search"},
    "runtime": {"commands", "display", "jobs", "search"},
    "search": {"commands", "display", "jobs", "runtime"},
    "jobs": {"commands", "display"},
    "display": {"commands", "jobs"},
}
OUTSIDE = {
    "compiler": {"torch", "lava"},
    "kernels": {"torch", "lava"},
    "base": {"torch", "lava"},
    "reading": {"torch", "lava"},
    "search": {"lava"},
}
"""Packages that a room may not import."""


@cache
def sources() -> dict[str, ast.Module]:
    """Import name -> source of every module."""
    found: dict[str, ast.Module] = {}
    for top in TOPS:
        folders = [path for path in (ROOT / top).iterdir() if path.is_dir() and not path.is_symlink()]
        for path in [*(ROOT / top).glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]:
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts if top == "litesnn" else ("litesnn", *parts)).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text("utf-8"))
    return found


def imports(module: ast.Module) -> Iterator[str]:
    """Every module that a source names in an import, from its top or a function, `a.b` for `from a import b` as well."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    """A folder of `litesnn`, or a file that lies loose in it; the package itself is `litesnn`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "litesnn"


@cache
def rooms() -> nx.DiGraph:
    """Who imports whom."""
    graph = nx.DiGraph()
    names = {room(name) for name in sources()}
    for name, source in sources().items():
        for other in imports(source):
            if other == "litesnn" or (other.startswith("litesnn.") and room(other) in names):
                graph.add_edge(room(name), room(other))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


@pytest.mark.parametrize("name", NEVER)
def test_a_room_imports_nothing_that_stands_on_it(name: str) -> None:
    assert not NEVER[name] & set(rooms().successors(name))


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_a_room_does_not_need_it_does_not_import(name: str) -> None:
    packages = {
        other.partition(".")[0]
        for module, source in sources().items()
        if room(module) == name
        for other in imports(source)
    }
    assert not OUTSIDE[name] & packages


def test_lava_is_imported_where_it_runs_alone() -> None:
    importing = {
        name
        for name, source in sources().items()
        if any(other.partition(".")[0] == "lava" for other in imports(source))
    }
    assert importing
    assert all(name.startswith("litesnn.runtime.lava.") for name in importing)


def test_what_verification_compares_with_shares_no_kernel_with_the_simulator() -> None:
    """The reference, and all that it imports, however far: `PyTorch = exact` would say nothing if both came from one kernel.

    `litesnn` itself is not followed: it names the whole public interface, and loads what is asked for.
    """
    known, found, waiting = sources(), set[str](), ["litesnn.search.model.reference"]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found and name != "litesnn":
            found.add(name)
            waiting += [name.rpartition(".")[0], *imports(known[name])]
    assert {"litesnn.search.model.spiking_model", "litesnn.search.model.neurons"} <= found
    assert not [name for name in found if name.startswith(("litesnn.kernels", "litesnn.search.fused"))]


def test_rooms_know_few_others_and_there_is_no_circle() -> None:
    graph = rooms()
    assert nx.is_directed_acyclic_graph(graph), list(nx.simple_cycles(graph))
    assert graph.number_of_edges() <= MOST_PAIRS, sorted(graph.edges)
    assert nx.dag_longest_path_length(graph) + 1 <= MOST_LAYERS, nx.dag_longest_path(graph)


def test_search_has_few_rooms() -> None:
    assert (
        len([path for path in (ROOT / "search").iterdir() if path.name not in ("__init__.py", "__pycache__")])
        <= MOST_IN_SEARCH
    )


def test_files_are_short_and_none_only_passes_names_on() -> None:
    """A package's `__init__` may pass on the names of its own modules; any other module has something of its own."""
    for name, source in sources().items():
        lines = max((node.end_lineno or 0) for node in source.body) if source.body else 0
        assert lines <= 250 or name == "litesnn", f"{name}: {lines} lines"
        passing = all(isinstance(node, ast.Import | ast.ImportFrom | ast.Expr) for node in source.body)
        is_package = any(other.startswith(f"{name}.") for other in sources())
        assert not passing or is_package or len(source.body) <= 1, f"{name} only passes names on"
