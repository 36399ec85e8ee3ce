"""Commands that are made of others: without an option, or with options that are refused by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

from litesnn.base.errors import SearchError
from litesnn.commands.exits import errors_to_exit


def refusing(command: Callable[..., None], name: str, refused: Mapping[str, str]) -> Callable[..., None]:
    """The command with hidden options for what `name` refuses, which say why instead of being unknown."""
    if not refused:
        return command

    @wraps(command)
    def checked(**values: Any) -> None:
        given = [each for each in refused if values.pop(each) is not None]
        with errors_to_exit():
            if given:
                raise SearchError(f"{_flag(given[0])}: found for {name}; {refused[given[0]]}")
        command(**values)

    hidden = [
        inspect.Parameter(
            each,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=None,
            annotation=Annotated[str | None, typer.Option(_flag(each), hidden=True)],
        )
        for each in refused
    ]
    signature = inspect.signature(command)
    checked.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *hidden])  # type: ignore[attr-defined]
    checked.__annotations__ = {**command.__annotations__, **{each.name: each.annotation for each in hidden}}
    del checked.__wrapped__  # type: ignore[attr-defined]
    return checked


def without(command: Callable[..., None], name: str) -> Callable[..., None]:
    """The command without an option, which keeps its default."""
    signature = inspect.signature(command)
    kept = [parameter for parameter in signature.parameters.values() if parameter.name != name]
    command.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    del command.__annotations__[name]
    return command


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
