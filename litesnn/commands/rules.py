"""`litesnn rules`: every rule that `check` holds a network against."""

from __future__ import annotations

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption


def rules_command(json_output: JsonOption = False) -> None:
    """List the rules: the code that findings carry, what holds, and the figures of a profile that set the limit."""
    with errors_to_exit():
        from litesnn.compiler.profile import USES
        from litesnn.compiler.rules.listed import rule_texts

        figures = {code: [name for name, use in USES.items() if code in use.codes] for code in rule_texts()}
        if json_output:
            print_json({code: {"holds": text, "figures": figures[code]} for code, text in rule_texts().items()})
            return
        console = stdout_console()
        for code, text in rule_texts().items():
            limits = f"  ({', '.join(figures[code])})" if figures[code] else ""
            console.print(assembled((f"{code:<19}", "bold"), text, (limits, "dim")))
