"""Options of a command from settings classes: one for each setting that asks for it, with its own name, type, help and default."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.settings.setting import NamedSetting, settings_of
from litesnn.base.settings.words import text
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import was_given

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
            value = values.pop(named.parameter)
            if was_given(context, named.parameter):
                given[named.name] = named.read(value)
        return given


def settings_options(**groups: Options) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put options in the place of a command's parameters of these names, each of which receives the settings given, by name."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)

        @wraps(command)
        def run(context: typer.Context, **values: Any) -> None:
            with errors_to_exit():
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
            defaults = options.defaults
            for named in options.named:
                yield option(named, None if defaults is None else named.of(defaults))
        else:
            yield parameter


def option(named: NamedSetting, default: Any, panel: str | None = None) -> inspect.Parameter:
    """The option of a setting as a parameter of a command.

    Parameters
    ----------
    default : what help shows as such; None where it depends on something else
    panel : heading in help
    """
    setting = named.setting
    shown: bool | str = True
    kind: Any = named.kind if setting.parse is None else str
    if kind is bool:
        default = False  # whether it was typed
    else:
        kind = kind | None
    if setting.parse is not None and default is not None:
        default, shown = None, text(default)
    info = typer.Option(
        named.flag, help=setting.off or setting.help, metavar=setting.metavar, show_default=shown, rich_help_panel=panel
    )
    return inspect.Parameter(
        named.parameter,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=default,
        annotation=Annotated[kind, info],
    )
