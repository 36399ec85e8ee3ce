"""The command line that makes a program again, as reports say it: words without paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName

if TYPE_CHECKING:
    from litesnn.compiler.origin import Origin
    from litesnn.compiler.passes import SignHandling
    from litesnn.compiler.profile import Profile
    from litesnn.runtime.lava import Models


def compile_words(origin: Origin, target: Profile, sign: SignHandling, placement: ObjectiveName, simulated: str) -> str:
    """How an origin is compiled; `simulated` are the words of `samples_option`."""
    file, options = origin.command()
    rules = "" if target.rules_in_force is None else f"--rules {target.rules_in_force}"
    placed = "" if placement == BALANCED else f"--placement {placement}"
    return " ".join(
        filter(None, (file, f"--profile {target.name}", rules, options, f"--sign {sign}", placed, simulated))
    )


def samples_option(simulated: bool, lava_samples: int | None, lava_models: Models) -> str:
    """How a command line says what is simulated; a command of a report is made so, and stands without paths."""
    if not simulated:
        return "--samples 0"
    if lava_samples == 0:
        return "--no-lava"
    models = "" if lava_models == "stock" else f" --models {lava_models}"
    return f"--samples {'all' if lava_samples is None else lava_samples}{models}"
