"""The public signatures, as text: run this file to write them anew once a change of them is meant."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import litesnn

STORED = Path(__file__).parents[0] / "data" / "public_signatures.txt"


def signatures() -> str:
    """One line for every function, and every public method and property of every class, that `litesnn` exports."""
    return "".join(f"{line}\n" for name in sorted(litesnn.__all__) for line in _lines(name, getattr(litesnn, name)))


def _lines(name: str, found: object) -> Iterator[str]:
    if inspect.isclass(found):
        yield f"class {name}"
        for member, value in sorted(vars(found).items()):
            plain = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
            if member.startswith("_"):
                continue
            if isinstance(plain, property):
                yield f"{name}.{member}"
            elif inspect.isfunction(plain):
                yield f"{name}.{member}{inspect.signature(plain)}"
        yield from (f"{name}.{field}: {kind}" for field, kind in sorted(_fields(found).items()))
    elif inspect.isfunction(found):
        yield f"{name}{inspect.signature(found)}"
    else:
        yield name


def _fields(found: type) -> dict[str, str]:
    annotations = inspect.get_annotations(found)
    return {name: str(kind) for name, kind in annotations.items() if not name.startswith(("_", "model_"))}


if __name__ == "__main__":
    STORED.write_text(signatures(), "utf-8")
