"""Whether two programs are the same bytes but for what may differ: `same_program.py ONE OTHER`; exit code 1 and the places where not.

What may differ are the versions that made them, and what the model in floating point counted (its sums are the libraries' own).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLOATING = "pytorch_float"


def comparable(folder: Path) -> dict[str, Any]:
    """File -> content; of report.json the fields that must agree, nothing of manifest.json and the page drawn from the report."""
    files: dict[str, Any] = {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    report = json.loads(files.pop("report.json"))
    del report["provenance"], files["manifest.json"], files["report.html"]
    return {**files, "report.json": without_floating(report)}


def without_floating(value: Any) -> Any:
    """The same without the floating-point engine's figures."""
    if isinstance(value, dict):
        return {key: without_floating(entry) for key, entry in value.items() if key != FLOATING}
    if isinstance(value, list):
        return [without_floating(entry) for entry in value if FLOATING not in _engines(entry)]
    return value


def _engines(entry: Any) -> set[Any]:
    return {entry.get("expected"), entry.get("found")} if isinstance(entry, dict) else set()


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Places that differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{place}.{key}" if place else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}[{i}]")
    elif one != other:
        yield f"{place}: {str(one)[:80]} | {str(other)[:80]}"


if __name__ == "__main__":
    found = list(differences(*(comparable(Path(folder)) for folder in sys.argv[1:3])))
    print("\n".join(found) or f"{sys.argv[1]} and {sys.argv[2]}: the same program")
    sys.exit(bool(found))
