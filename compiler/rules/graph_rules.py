"""Rules about the graph: formats, exponents, delays, input, neurons. One small function per rule."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.compiler.graph import Graph, Relay
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
        yield Finding("LSN-WEIGHT-BITS", "error", place, bits, widest, "bits", f"{bits}-bit weights; {offered}", advice)
    if widths and not wrong:
        used = ", ".join(map(str, sorted(set(widths.values()))))
        text = f"weights of {used} bits"
        yield Finding("LSN-WEIGHT-BITS", "ok", "network", max(widths.values()), widest, "bits", text)


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
        yield Finding("LSN-WEIGHT-EXP", "error", place, exponent, limit, "exponent", text, advice, floor=not above)
    if exponents and not wrong:
        top, place = max(exponents)
        yield Finding("LSN-WEIGHT-EXP", "ok", place, top, high, "exponent", f"weight_exp at most {top} of {high}")


def delays_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No synapse needs more delay than the chip has."""
    longest: dict[str, int] = {}
    for block in on_chip.blocks(graph):
        longest[block.place] = max(block.delay, longest.get(block.place, 0))
    limit = profile.delay_max
    over = {place: delay for place, delay in longest.items() if delay > limit}
    for place, delay in over.items():
        text = f"a delay of {delay} steps of at most {limit}; graded values cannot be relayed by neurons"
        advice = "give the genotype a stem, or compile for this profile"
        yield Finding("LSN-DELAY", "error", place, delay, limit, "steps", text, advice)
    if longest and not over:
        place = max(longest, key=lambda name: longest[name])
        text = f"longest synaptic delay {longest[place]} of {limit} steps"
        yield Finding("LSN-DELAY", "ok", place, longest[place], limit, "steps", text)


def few_relays(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Relay populations, where paths need more delay than a synapse has, are pointed out."""
    relays: dict[str, list[int]] = {}
    for population in graph.membranes:
        if isinstance(population, Relay):
            relays.setdefault(population.place, []).append(population.size)
    for place, sizes in relays.items():
        text = f"{len(sizes)} relay population(s) of {sum(sizes)} neurons carry its spikes past the longest delay of {profile.delay_max}"
        advice = "shorten the skip: let the cell read a later one"
        yield Finding("LSN-RELAY", "warning", place, sum(sizes), 0, "neurons", text, advice)


def graded_input_enters(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Graded input needs graded spikes; without them its first layer runs on the host, if it can."""
    payload = profile.payload_bits
    for source in (source for source in graph.sources if source.message_bits > 0):
        bits = source.message_bits
        if payload >= bits:
            text = f"signed {bits}-bit input enters as graded spikes"
            yield Finding("LSN-GRADED-INPUT", "ok", source.place, bits, payload, "bits", text)
            continue
        advice = "encode the input as spikes (input.encoding: spikes)"
        readers = {block.target for block in graph.out_of(source.name)}
        reading = [population for population in graph.membranes if population.name in readers]
        hosted = [population for population in reading if host_can_compute(graph, population)]
        if hosted:
            text = f"spikes are binary: {', '.join(p.name for p in hosted)} ({sum(p.size for p in hosted)} neurons) runs on the host"
            yield Finding("LSN-GRADED-INPUT", "warning", source.place, bits, payload, "bits", text, advice)
        for population in (population for population in reading if population not in hosted):
            text = f"'{population.name}' reads the graded input; spikes are binary, and it cannot run on the host"
            advice = f"give the genotype a stem, or {advice}"
            yield Finding("LSN-GRADED-INPUT", "error", population.place, bits, payload, "bits", text, advice)


def neurons_are_fixed(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Neurons other than leaky integrate-and-fire need programmable ones."""
    programmable = int(bool(profile.neuron.programmable.value))
    on_chip = [population for population in graph.membranes if not population.on_host]
    needed = {population: why for population in on_chip if (why := population.needs_program())}
    for population, why in needed.items():
        if not programmable:
            text = f"{why}; {profile.title} computes nothing else"
            yield Finding(
                "LSN-PROGRAMMABLE",
                "error",
                population.place,
                1,
                0,
                "programs",
                text,
                "a chip with programmable neurons",
            )
    if programmable or not needed:
        text = f"{len(needed)} of {len(on_chip)} populations need programmed neurons"
        yield Finding("LSN-PROGRAMMABLE", "ok", "network", int(bool(needed)), programmable, "programs", text)
