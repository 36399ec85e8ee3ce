"""The reference of the public interface, from its docstrings: every name that `litesnn` exports, by kind."""

from __future__ import annotations

import inspect

import litesnn


def reference() -> str:
    """Markdown for the page of the Python interface: functions, classes, errors."""
    named = {name: getattr(litesnn, name) for name in litesnn.__all__ if not name.startswith("__")}
    errors = [name for name, value in named.items() if inspect.isclass(value) and issubclass(value, Exception)]
    classes = [name for name, value in named.items() if inspect.isclass(value) and name not in errors]
    functions = [name for name, value in named.items() if callable(value) and not inspect.isclass(value)]
    parts = []
    for title, directive, names in (
        ("Functions", "autofunction", functions),
        ("Classes", "autoclass", classes),
        ("Errors", "autoexception", errors),
    ):
        parts.append(f"\n## {title}\n")
        parts += [f"```{{eval-rst}}\n.. {directive}:: litesnn.{name}\n```\n" for name in names]
    return "\n".join(parts)
