"""A data set in words and figures: for a terminal, and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from litesnn.base.terminal import Terminal
from litesnn.compiler.report.numbers import si

if TYPE_CHECKING:
    from litesnn.search.data.summary import Summary

MOST_CLASSES = 40
"""Rows of the table of classes; the document has them all."""


def data_document(summary: Summary) -> dict[str, Any]:
    """All that `litesnn data --json` prints."""
    data, spec = summary.data, summary.data.input_spec
    return {
        "name": data.name,
        "record": None if data.record is None else data.record.model_dump(mode="json", exclude_none=True),
        "shape": list(spec.shape),
        "encoding": spec.encoding,
        "timesteps": data.x_train.shape[1] if spec.encoding == "spikes" else None,
        "samples": {"train": len(data.y_train), "test": len(data.y_test)},
        "classes": [
            {"number": row.number, "name": row.name or None, "train": row.train, "test": row.test}
            for row in summary.classes
        ],
        "most_frequent": summary.most_frequent,
        "values": {
            "type": str(data.x_train.dtype),
            "lowest": summary.lowest,
            "highest": summary.highest,
            "mean": summary.mean,
        },
        "input": spec.model_dump(mode="json", exclude_none=True),
        "clipped": {"train": summary.clipped[0], "test": summary.clipped[1]},
        "integers": summary.integers,
        "bytes": summary.bytes,
        "notes": list(data.notes),
    }


def show_data(console: Terminal, summary: Summary, source: str) -> None:
    """The same for a person; `source`: what was asked for."""
    data, spec = summary.data, summary.data.input_spec
    spikes = spec.encoding == "spikes"
    channels, height, width = spec.shape
    kind = "" if data.record is None else f" ({data.record.kind})"
    steps = f", {data.x_train.shape[1]} steps" if spikes else ""
    lines = [
        f"{data.name}{kind}: {len(data.y_train):,} training and {len(data.y_test):,} test samples, {data.num_classes} classes, "
        f"{si(summary.bytes, 'B')}",
        f"sample: {channels} channel(s), {height} x {width}{steps}; {data.x_train.dtype}",
    ]
    if spikes:
        lines.append(f"values: spikes, {summary.mean:.2%} of all pixels in a step")
    else:
        lines.append(f"values: {summary.lowest:.6g} to {summary.highest:.6g}, mean {summary.mean:.6g}")
        lines.append(
            f"enters as: integers {spec.minimum} .. {spec.maximum} ({summary.integers} of them occur), worth {spec.scale:.6g} each after "
            f"(raw - mean) / std, mean {_few(spec.mean)}, std {_few(spec.std)}; clipped: {summary.clipped[0]:.2%} of training, "
            f"{summary.clipped[1]:.2%} of test values"
        )
    if data.record is not None:
        lines.append(f"sha256: {data.record.sha256}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    for note in data.notes:
        console.print(f"- {note}", markup=False, soft_wrap=True)
    console.print(_table(summary))
    console.print(f"always the most frequent class: {summary.most_frequent:.2%} of the test set", markup=False)
    steps = f" --timesteps {data.x_train.shape[1]}" if spikes else ""
    onwards = f"next: litesnn new resnet8 --dataset {source}{steps} -o network.json, or litesnn search snasnet --dataset {source} -o found"
    console.print(onwards, markup=False, soft_wrap=True)


def _few(values: tuple[float, ...]) -> str:
    shown = ", ".join(f"{value:.4g}" for value in values[:3])
    return shown if len(values) <= 3 else f"{shown}, ... ({len(values)})"


def _table(summary: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("class")
    table.add_column("training", justify="right")
    table.add_column("test", justify="right")
    for row in summary.classes[:MOST_CLASSES]:
        table.add_row(f"{row.number} {row.name}".rstrip(), f"{row.train:,}", f"{row.test:,}")
    left = len(summary.classes) - MOST_CLASSES
    if left > 0:
        table.add_row(f"and {left:,} more (--json has them)", "", "")
    return table
