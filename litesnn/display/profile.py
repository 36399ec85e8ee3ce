"""A profile as a table."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from litesnn.base.terminal import assembled, styled
from litesnn.compiler.profile import Profile, use_of

STYLES = {
    "CONFIRMED": "green",
    "QUOTED": "cyan",
    "INFERRED": "cyan",
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
    for group, figures in profile.model_dump(mode="json").items():
        if not isinstance(figures, dict):
            continue
        for name, figure in figures.items():
            value = "unknown" if figure["value"] is None else str(figure["value"])
            source = assembled(figure["source"], (f"\n{figure['note']}" if figure["note"] else "", "dim"))
            use = use_of(f"{group}.{name}")
            table.add_row(
                f"{group}.{name}",
                value,
                styled(figure["status"], style=STYLES[figure["status"]]),
                source,
                assembled((use.kind, "dim" if use.kind == "fact" else ""), f": {use.says}"),
            )
    return Group(table)
