"""`litesnn estimate GENOTYPE --profile P`: cores, memory, latency and operations without compiling."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption, ProfileOption, RulesOption, SetOption, chosen_profile
from litesnn.compiler.origin.formats import foreign_suffixes


def estimate_command(
    genotype: Annotated[
        Path,
        typer.Argument(help=f"A genotype (.json), trained or not, or a file of another tool ({foreign_suffixes()})."),
    ],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    rules: RulesOption = None,
    rate: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Assumed spikes per neuron and step, for the operations.")
    ] = 0.15,
    json_output: JsonOption = False,
) -> None:
    """Estimate what a network costs on a chip, a genotype before it is trained; from Python, `litesnn.estimate` in a search loop."""
    with errors_to_exit():
        from litesnn.base.errors import GenotypeError
        from litesnn.compiler.profile import said_rules
        from litesnn.compiler.program import is_program
        from litesnn.display.registers import shape_table
        from litesnn.jobs.estimate import estimate

        if is_program(genotype):
            raise GenotypeError(
                f"{genotype}: is a program; `litesnn info` shows its costs, `estimate` takes a genotype"
            )
        target = chosen_profile(profile, settings, rules)
        result = estimate(genotype, target, rate=rate, by_rules=True)
        if json_output:
            print_json(result.document())
            return
        console = stdout_console()
        console.print(
            f"{result.cores} core(s) on {result.chips} chip(s) of {result.profile}, at least {result.least_cores}; "
            f"by {said_rules(target)}"
        )
        for count in result.by_rules:
            console.print(f"{count.text}")
        console.print(
            f"{result.neurons:,} neurons; one sample every {result.period} steps, answer after {result.latency}"
        )
        console.print(
            f"{result.synapse_bytes / 1024:,.1f} KiB synaptic memory as encoded, {result.ideal_bits / 8 / 1024:,.1f} KiB ideal"
        )
        console.print(
            f"{result.synaptic_operations:,.0f} synaptic operations per sample at {result.rate:g} spikes per neuron and step"
        )
        if result.ranges:
            console.print("accumulators, from shapes, bits and the input's range alone:")
            console.print(shape_table(result.ranges))
