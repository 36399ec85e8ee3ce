"""`litesnn docs [PAGE]`: the pages of the documentation, which are installed with the package."""

from __future__ import annotations

from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption


def docs_command(
    page: Annotated[str | None, typer.Argument(help="A page's name; leave out for the list.")] = None,
    json_output: JsonOption = False,
) -> None:
    """List the pages of the documentation, or print one: formats, numbers, search methods, hardware figures, limits."""
    with errors_to_exit():
        from litesnn.display.documentation import page_text, page_titles

        console = stdout_console()
        if page is None:
            titles = page_titles()
            if json_output:
                print_json(titles)
                return
            for name, title in titles.items():
                console.print(f"{name:<18} {title}")
            return
        text = page_text(page)
        if json_output:
            print_json({"page": page, "text": text})
        elif console.is_terminal:
            from rich.markdown import Markdown

            console.print(Markdown(text))
        else:
            console.print(text, soft_wrap=True, end="")
