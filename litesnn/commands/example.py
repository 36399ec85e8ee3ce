"""`litesnn example [NAME] -o DIR`: the shipped networks and notebooks, copied to where one works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption


def example_command(
    name: Annotated[str | None, typer.Argument(help="An example's name; leave out for the list.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write; the example's name if left out.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the shipped examples, or copy one into a folder: trained networks with their inputs, notebooks."""
    with errors_to_exit():
        from litesnn.jobs.examples import copy_example, example_titles

        console = stdout_console()
        if name is None:
            titles = example_titles()
            if json_output:
                print_json(titles)
                return
            for example, title in titles.items():
                console.print(assembled((f"{example:<12}", "bold"), title))
            return
        target = output or Path(name)
        written = copy_example(name, target)
        if json_output:
            print_json({"output": str(target), "files": [path.name for path in written]})
        else:
            console.print(assembled((str(target), "bold"), f": {', '.join(path.name for path in written)}"))
