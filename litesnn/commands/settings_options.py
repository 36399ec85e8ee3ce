"""Options of a command from a settings class: one for each setting that asks for it, with its own name, type, help and default."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.search.settings.setting import NamedSetting, settings_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NONE_GIVEN: Mapping[str, Any] = MappingProxyType({})
"""Default of a command's parameter `given`."""


def settings_options(
    kind: type[DataclassInstance], defaults: DataclassInstance | None = None, left_out: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put options in the place of a command's parameter `given`, which receives the settings that were given, by name.

    Parameters
    ----------
    defaults : what help shows as defaults; left out where they depend on another option
    left_out : settings of the class that the command has no use for
    """
    options = [named for named in settings_of(kind) if named.setting.option and named.name not in left_out]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)

        @wraps(command)
        def run(context: typer.Context, **values: Any) -> None:
            given = {}
            for named in options:
                value = values.pop(named.name)
                if getattr(context.get_parameter_source(named.name), "name", "DEFAULT") != "DEFAULT":
                    given[named.name] = not value if named.setting.flag else value
            command(**values, given=given)

        parameters = [*_context(), *_replaced(signature.parameters.values(), options, defaults)]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del run.__wrapped__  # type: ignore[attr-defined]
        return run

    return decorate


def _context() -> Iterator[inspect.Parameter]:
    yield inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def _replaced(
    parameters: Collection[inspect.Parameter], options: Collection[NamedSetting], defaults: DataclassInstance | None
) -> Iterator[inspect.Parameter]:
    for parameter in parameters:
        if parameter.name == "given":
            yield from (_option(named, defaults) for named in options)
        else:
            yield parameter


def _option(named: NamedSetting, defaults: DataclassInstance | None) -> inspect.Parameter:
    setting, flag = named.setting, f"--{named.name.replace('_', '-')}"
    kind: Any = bool
    default: Any = False
    if named.kind is bool:
        option = typer.Option(setting.flag or flag, help=setting.off or setting.help)
    else:
        default = None if defaults is None else getattr(defaults, named.name)
        kind = named.kind if named.optional else named.kind | None
        option = typer.Option(flag, help=setting.help)
    return inspect.Parameter(
        named.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=default,
        annotation=Annotated[kind, option],
    )
