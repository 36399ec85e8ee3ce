"""`litesnn profiles [NAME]`: the hardware profiles and every figure's source."""

from __future__ import annotations

from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption, RulesOption, SetOption, chosen_profile
from litesnn.commands.short import short


def profiles_command(
    name: Annotated[
        str | None, typer.Argument(help="A shipped profile or a .toml file; leave out for the list.")
    ] = None,
    settings: SetOption = None,
    rules: RulesOption = None,
    json_output: JsonOption = False,
) -> None:
    """List the shipped profiles, or show every figure of one with its status, its source and what it is for."""
    with short(), errors_to_exit():
        from litesnn.compiler.profile import load_profile, shipped_profiles, use_of

        console = stdout_console()
        if name is not None:
            profile = chosen_profile(name, settings, rules)
            if json_output:
                uses = {figure: use_of(figure) for figure, _ in profile.figures()}
                said = {figure: {"kind": use.kind, "says": use.says} for figure, use in uses.items()}
                print_json({**profile.model_dump(mode="json"), "uses": said})
            else:
                from litesnn.display.profile import profile_table

                console.print(profile_table(profile))
            return
        titles = {shipped: load_profile(shipped).title for shipped in shipped_profiles()}
        if json_output:
            print_json(titles)
        else:
            for shipped, title in titles.items():
                console.print(assembled((shipped, "bold"), f"  {title}"))
