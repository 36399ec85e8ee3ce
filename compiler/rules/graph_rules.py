"""Rules about the graph: formats, exponents, delays, input, neurons. One small function per rule."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.compiler.graph import GradedRelay, Graph, Relay
from litesnn.compiler.passes.place_on_host import host_can_compute
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules import on_chip
from litesnn.compiler.rules.finding import Finding


def weight_bits_offered(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Weights have a width that the synapse formats offer."""
    widths = {block: block.format.num_weight_bits for block in on_chip.blocks(graph) if block.format is not None}
    widest = profile.weight_bits[-1]
    offered = f"the chip offers {', '.join(map(str, profile.weight_bits))}"
    wrong: dict[str, int] = {}
    for block, bits in widths.items():
        if bits not in profile.weight_bits:
            wrong[block.place] = max(bits, wrong.get(block.place, 0))
    for place, bits in wrong.items():
        advice = "use fewer bits, or --sign split" if bits > widest else "compile for this profile"
        yield Finding(
            code="LSN-WEIGHT-BITS",
            severity="error",
            place=place,
            value=bits,
            limit=widest,
            unit="bits",
            message=f"{bits}-bit weights; {offered}",
            fix=advice,
        )
    if widths and not wrong:
        used = ", ".join(map(str, sorted(set(widths.values()))))
        text = f"weights of {used} bits"
        yield Finding(
            code="LSN-WEIGHT-BITS",
            severity="ok",
            place="network",
            value=max(widths.values()),
            limit=widest,
            unit="bits",
            message=text,
        )


def weight_exponents_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every block's `weight_exp` is one that the synapse format can hold."""
    low, high = profile.synapses.weight_exp_min.value, profile.synapses.weight_exp_max.value
    if low is None or high is None:
        return
    exponents = [(block.format.weight_exp, block.place) for block in on_chip.blocks(graph) if block.format is not None]
    wrong: dict[str, int] = {}
    for exponent, place in exponents:
        if not low <= exponent <= high:
            wrong[place] = max(exponent, wrong.get(place, exponent))
    for place, exponent in wrong.items():
        above = exponent > high
        limit = high if above else low
        text = f"weight_exp {exponent} is outside {low}..{high}"
        advice = f"a membrane_exp {abs(exponent - limit)} {'lower' if above else 'higher'}"
        yield Finding(
            code="LSN-WEIGHT-EXP",
            severity="error",
            place=place,
            value=exponent,
            limit=limit,
            unit="exponent",
            message=text,
            fix=advice,
            floor=not above,
        )
    if exponents and not wrong:
        top, place = max(exponents)
        yield Finding(
            code="LSN-WEIGHT-EXP",
            severity="ok",
            place=place,
            value=top,
            limit=high,
            unit="exponent",
            message=f"weight_exp at most {top} of {high}",
        )


def delays_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No synapse needs more delay than the chip has."""
    longest: dict[str, int] = {}
    for block in on_chip.blocks(graph):
        longest[block.place] = max(block.delay, longest.get(block.place, 0))
    limit = profile.delay_max
    over = {place: delay for place, delay in longest.items() if delay > limit}
    for place, delay in over.items():
        text = f"a delay of {delay} steps of at most {limit}; no relays carry these values on"
        advice = "give the genotype a stem, or shorten the file's delays (import --clamp-delays)"
        yield Finding(
            code="LSN-DELAY",
            severity="error",
            place=place,
            value=delay,
            limit=limit,
            unit="steps",
            message=text,
            fix=advice,
        )
    if longest and not over:
        place = max(longest, key=lambda name: longest[name])
        text = f"longest synaptic delay {longest[place]} of {limit} steps"
        yield Finding(
            code="LSN-DELAY", severity="ok", place=place, value=longest[place], limit=limit, unit="steps", message=text
        )


def few_relays(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Relay populations, where paths need more delay than a synapse has, are pointed out."""
    relays: dict[str, list[int]] = {}
    for population in graph.membranes:
        if isinstance(population, (Relay, GradedRelay)):
            relays.setdefault(population.place, []).append(population.size)
    for place, sizes in relays.items():
        text = f"{len(sizes)} relay population(s) of {sum(sizes)} neurons carry its values past the longest delay of {profile.delay_max}"
        advice = (
            "shorten the file's delays, or let the chip do it (import --clamp-delays)"
            if graph.isolated
            else "shorten the skip: let the cell read a later one"
        )
        yield Finding(
            code="LSN-RELAY",
            severity="warning",
            place=place,
            value=sum(sizes),
            limit=0,
            unit="neurons",
            message=text,
            fix=advice,
        )


def graded_input_enters(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Graded input needs graded spikes; without them its first layer runs on the host, if it can."""
    payload = profile.payload_bits
    for source in (source for source in graph.sources if source.message_bits > 0):
        bits = source.message_bits
        if payload >= bits:
            text = f"signed {bits}-bit input enters as graded spikes"
            yield Finding(
                code="LSN-GRADED-INPUT",
                severity="ok",
                place=source.place,
                value=bits,
                limit=payload,
                unit="bits",
                message=text,
            )
            continue
        advice = "encode the input as spikes (input.encoding: spikes)"
        readers = {block.target for block in graph.out_of(source.name)}
        reading = [population for population in graph.membranes if population.name in readers]
        hosted = [population for population in reading if host_can_compute(graph, population)]
        if hosted:
            text = f"spikes are binary: {', '.join(p.name for p in hosted)} ({sum(p.size for p in hosted)} neurons) runs on the host"
            yield Finding(
                code="LSN-GRADED-INPUT",
                severity="warning",
                place=source.place,
                value=bits,
                limit=payload,
                unit="bits",
                message=text,
                fix=advice,
            )
        for population in (population for population in reading if population not in hosted):
            text = f"'{population.name}' reads the graded input; spikes are binary, and it cannot run on the host"
            advice = f"give the genotype a stem, or {advice}"
            yield Finding(
                code="LSN-GRADED-INPUT",
                severity="error",
                place=population.place,
                value=bits,
                limit=payload,
                unit="bits",
                message=text,
                fix=advice,
            )


def neurons_are_fixed(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Neurons other than leaky integrate-and-fire, of one compartment or two, need programmable ones."""
    programmable = int(bool(profile.neuron.programmable.value))
    populations = on_chip.membranes(graph)
    needed = [p for p in populations if (p.needs_program() if programmable else p.beyond_fixed())]
    for population in needed if not programmable else ():
        why, fix = population.beyond_fixed() or ("", "")
        yield Finding(
            code="LSN-PROGRAMMABLE",
            severity="error",
            place=population.place,
            value=1,
            limit=0,
            unit="programs",
            message=f"{why}; {profile.title} has fixed neurons",
            fix=fix,
        )
    if programmable or not needed:
        text = f"{len(needed)} of {len(populations)} populations need programmed neurons"
        yield Finding(
            code="LSN-PROGRAMMABLE",
            severity="ok",
            place="network",
            value=int(bool(needed)),
            limit=programmable,
            unit="programs",
            message=text,
        )
