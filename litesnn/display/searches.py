"""How what a search found is shown: a page and lines for the terminal. Methods without an entry here get the plain ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import si, words
from litesnn.display.cell_search_page import render_cell_search
from litesnn.display.plain_search_page import render_plain_search
from litesnn.display.search_page import render_search
from litesnn.search.run.history import SearchResult


@dataclass(frozen=True)
class ShownSearch:
    """How one method's results are shown: `page` is report.html, `lines` are of the terminal, from history.json."""

    page: Callable[[SearchResult], str]
    lines: Callable[[Mapping[str, Any]], Iterator[str]]


def shown_search(method: str) -> ShownSearch:
    """How the results of a method are shown."""
    return _SHOWN.get(method, _PLAIN)


def _lite_lines(history: Mapping[str, Any]) -> Iterator[str]:
    last, decoded = history["epochs"][-1], history["decoded"]
    accuracy = last["accuracy"][decoded["timesteps"] - 1]
    yield (
        f"found for {history['dataset']} after {last['epoch']} epochs: T = {decoded['timesteps']}, "
        f"bits per cell {' '.join(map(str, decoded['bits']))}, {si(last['decoded']['model_size'], 'B')}, "
        f"supernet accuracy {accuracy:.2%}"
    )
    for edge in decoded["edges"]:
        yield f"  {edge}"
    if len(history["settings"].get("widths", ())) > 1:
        yield f"  channels of the stem, and of the nodes of each cell: {' '.join(map(str, decoded['channels']))}"
    if "estimate" in history:
        yield _estimate_line(history["estimate"], history["settings"])


def _estimate_line(found: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """What it takes of its chip, beside what it may take, and what binds."""
    most = {name: settings.get(f"max_{name}") for name in ("cores", "memory", "latency")}
    limits = {name: "" if limit is None else f" (at most {limit:,})" for name, limit in most.items()}
    return (
        f"estimate on {found['profile']}: {found['cores']:,} core(s){limits['cores']}, {found['synapse_memory']:,} bytes of synapse "
        f"memory{limits['memory']}, answer after {found['latency']} steps{limits['latency']}, {found['neurons']:,} neurons; "
        f"{words(found['binds']) or 'nothing'} bind"
    )


def _cell_lines(history: Mapping[str, Any]) -> Iterator[str]:
    yield f"found for {history['dataset']} after {history['evaluations']} evaluations:"
    for name, operation in history["decoded"]["deployed"].items():
        if operation != "zeroize":
            yield f"  x{name.replace('<-', ' <- x')}: {operation}"
    for note in history["decoded"]["notes"]:
        yield f"  note: {note}"


def _plain_lines(history: Mapping[str, Any]) -> Iterator[str]:
    yield f"found for {history['dataset']}:"
    for name, value in history["decoded"].items():
        yield f"  {name}: {value}"


_PLAIN = ShownSearch(lambda result: render_plain_search(result.history, _plain_lines(result.history)), _plain_lines)
_CELL = ShownSearch(lambda result: render_cell_search(result.history, result.genotype), _cell_lines)
_SHOWN = {
    "litesnn": ShownSearch(lambda result: render_search(result.history), _lite_lines),
    "lightsnn": _CELL,
    "snasnet": _CELL,
}
