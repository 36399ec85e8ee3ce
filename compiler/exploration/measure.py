"""One row: a network compiled, mapped and checked for one profile, by the same steps as `litesnn check`."""

from __future__ import annotations

from litesnn.base.errors import LiteSNNError, ProfileError
from litesnn.base.text import brief
from litesnn.compiler.exploration.document import Figures, Refusal
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.origin import Origin
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules import Checked, Subject, check

MESSAGE = 300  # characters that are kept of one


def measured(
    origin: Origin, graph: Graph | None, profile: Profile, sign: SignHandling, *, place: bool
) -> tuple[Figures | None, Refusal | None]:
    """What the network takes on the profile, and the rule that refuses it.

    Parameters
    ----------
    graph : mapped as it stands; None compiles the origin for the profile, an untrained genotype with random weights
    place : put the cores on the mesh, for the traffic; what fits does not depend on it
    """
    try:
        if graph is None and origin.genotype is None:
            graph = origin.pipeline(profile, sign).run()
        subject = Subject(
            profile=profile,
            genotype=None if graph is not None else origin.genotype,
            graph=graph,
            sign=sign,
            advice=origin.range_advice,
        )
        checked = check(subject, optimize=place)
    except ProfileError as error:
        return None, refused("profile", error)
    except LiteSNNError as error:
        return None, refused("compile", error)
    outcome = checked.outcome
    return _figures(checked.graph, outcome, profile) if isinstance(outcome, Mapping) else None, _refusal(checked)


def refused(code: str, error: LiteSNNError) -> Refusal:
    """A row that there is no graph, or no profile, for."""
    return Refusal(code=code, message=brief(str(error), MESSAGE))


def _refusal(checked: Checked) -> Refusal | None:
    if not checked.errors:
        return None
    worst = checked.errors[0]
    return Refusal(
        code=worst.code,
        place=worst.place,
        value=worst.value,
        limit=worst.limit,
        unit=worst.unit,
        message=brief(worst.message, MESSAGE),
        more=len(checked.errors) - 1,
    )


def _figures(graph: Graph, mapping: Mapping, profile: Profile) -> Figures:
    assert graph.schedule is not None
    limits = core_limits(profile)
    binds = max(mapping.lower_bound, key=lambda name: mapping.lower_bound[name], default="")
    used = sum(core.usage[binds] for core in mapping.cores) if binds else 0
    room = limits.resources[binds] * len(mapping.cores) if binds else 1
    traffic = mapping.placements.get("litesnn")
    return Figures(
        cores=len(mapping.cores),
        least_cores=mapping.least_cores,
        chips=mapping.chips,
        neurons=sum(core.neurons for core in mapping.cores),
        memory_bits=mapping.synapse_words * limits.word_bits,
        latency=graph.schedule.latency,
        period=graph.schedule.period,
        packets=None if traffic is None else traffic.packets,
        packet_hops=None if traffic is None else traffic.hop_weighted,
        busiest_link=None if traffic is None else traffic.busiest_link,
        binds=binds,
        fill=min(round(used / room, 6), 1) if room else 0,
    )
