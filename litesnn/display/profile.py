"""A profile as a table."""

from __future__ import annotations

from pydantic_core import to_jsonable_python
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from litesnn.base.terminal import assembled, styled
from litesnn.compiler.profile import Profile, use_of

STYLES = {
    "CONFIRMED": "green",
    "QUOTED": "cyan",
    "INFERRED": "cyan",
    "MODELLED": "cyan",
    "CONFLICT": "yellow",
    "USER": "bold magenta",
    "NOT FOUND": "dim",
}


def profile_table(profile: Profile) -> RenderableType:
    """Every figure of a profile with its status, its source and what it is for."""
    below = "".join(f" extends {base}" for base in profile.bases or ())
    title = f"{profile.name}{below}: {profile.title}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("figure", "value", "status", "source", "use"):
        table.add_column(column)
    shown = [(name, name, figure) for name, figure in profile.figures()]
    for rules, chosen in profile.rules.items():
        shown += [(f"rules.{rules}: {name}", name, figure) for name, figure in chosen.figures.items()]
    for title, name, figure in shown:
        value = "unknown" if figure.value is None else str(to_jsonable_python(figure.value))
        source = assembled(figure.source, (f"\n{figure.note}" if figure.note else "", "dim"))
        use = use_of(name)
        table.add_row(
            title,
            value,
            styled(figure.status, style=STYLES[figure.status]),
            source,
            assembled((use.kind, "dim" if use.kind == "fact" else ""), f": {use.says}"),
        )
    return Group(table)
