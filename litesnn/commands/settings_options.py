"""Options of a command from settings classes: one for each setting that asks for it, with its own name, type, help and default."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.commands.options import was_given
from litesnn.search.settings.setting import NamedSetting, settings_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NONE_GIVEN: Mapping[str, Any] = MappingProxyType({})
"""Default of a parameter that receives the settings which were given."""


@dataclass(frozen=True)
class Options:
    """The options of a settings class.

    Attributes
    ----------
    defaults : settings that help shows as defaults; None where they depend on another option
    left_out : settings that the command has no use for
    """

    kind: type[DataclassInstance]
    defaults: DataclassInstance | None = None
    left_out: Collection[str] = ()

    @property
    def named(self) -> list[NamedSetting]:
        """The settings that have an option."""
        return [n for n in settings_of(self.kind) if n.setting.option and n.name not in self.left_out]

    def given(self, context: typer.Context, values: dict[str, Any]) -> dict[str, Any]:
        """Take out of `values` what was given, not left at its default."""
        given = {}
        for named in self.named:
            value = values.pop(named.name)
            if was_given(context, named.name):
                given[named.name] = not value if named.setting.off else value
        return given


def settings_options(**groups: Options) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put options in the place of a command's parameters of these names, each of which receives the settings given, by name."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)

        @wraps(command)
        def run(context: typer.Context, **values: Any) -> None:
            given = {name: options.given(context, values) for name, options in groups.items()}
            command(**values, **given)

        context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        parameters = [context, *_replaced(signature.parameters.values(), groups)]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del run.__wrapped__  # type: ignore[attr-defined]
        return run

    return decorate


def _replaced(parameters: Iterable[inspect.Parameter], groups: Mapping[str, Options]) -> Iterator[inspect.Parameter]:
    for parameter in parameters:
        if parameter.name in groups:
            options = groups[parameter.name]
            yield from (_option(named, options.defaults) for named in options.named)
        else:
            yield parameter


def _option(named: NamedSetting, defaults: DataclassInstance | None) -> inspect.Parameter:
    setting = named.setting
    flag = setting.flag or f"--{named.name.replace('_', '-')}"
    kind: Any = bool
    default: Any = False
    if named.kind is not bool:
        default = None if defaults is None else getattr(defaults, named.name)
        kind = named.kind if named.optional else named.kind | None
    option = typer.Option(flag, help=setting.off or setting.help)
    return inspect.Parameter(
        named.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=default,
        annotation=Annotated[kind, option],
    )
