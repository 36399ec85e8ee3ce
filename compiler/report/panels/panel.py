"""What a panel is: one class that takes what it shows from a report, draws it on the page and says it in a terminal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from typing_extensions import Self

    from litesnn.compiler.report.report import Report

Column = str | tuple[str, Literal["left", "right"]]


class Section:
    """One part of a page.

    Attributes
    ----------
    anchor : id of its section on the page
    link : what the page's navigation calls it
    template : the section as Jinja draws it, with the instance as `panel`; macros are those of `templates/macros.html.j2`
    """

    anchor: ClassVar[str]
    link: ClassVar[str]
    template: ClassVar[str]


class Panel(Section, ABC):
    """One part of a report, on its page and in a terminal.

    Attributes
    ----------
    in_terminal : `body`: in the order of the panels; `end`: after all others, where the eye is; `asked`: only where it is asked for
    """

    in_terminal: ClassVar[Literal["body", "end", "asked"]] = "body"

    @classmethod
    @abstractmethod
    def of(cls, report: Report) -> Self | None:
        """What this panel shows of a report; None where the report has no data for it."""

    @property
    def on_page(self) -> bool:
        """Whether the page has a section of it."""
        return True

    def terminal(self) -> Iterable[RenderableType]:
        """What a terminal shows; nothing, where the page alone does."""
        return ()


def plain_table(title: str | None, *columns: Column) -> Table:
    """A table of the terminal: a line below the head, columns to the left where nothing is said."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        if isinstance(column, str):
            table.add_column(column)
        else:
            table.add_column(column[0], justify=column[1])
    return table
