"""Which of the terms that a forward returns the network is read out by."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.base.errors import ImportFileError
from litesnn.jobs.from_torch.steps import Step
from litesnn.jobs.from_torch.terms import Applied, Sent, Term, Total, sent_in
from litesnn.jobs.from_torch.trace import Trace


def result_of(step: Step, trace: Trace) -> Term:
    """The one returned term that nothing else is made of; where all of it comes back as feedback, the one layer that is returned.

    Raises
    ------
    ImportFileError
        Where there are several, or none.
    """
    read = {leaf.path for call in step.neurons.values() for leaf in sent_in(call.arriving)}
    inner = {leaf.path for term in step.returned if isinstance(term, Applied) for leaf in sent_in(term)}
    computed = {part for call in step.neurons.values() for part in _applied(call.arriving)}
    found: dict[str, Term] = {}
    fed_back: dict[str, Term] = {}
    for term in step.returned:
        if isinstance(term, Sent):
            if term.path not in inner and (term.part in ("spikes", "mem")):
                kept = fed_back if term.path in read else found
                kept[term.path] = term if term.part == "spikes" else kept.get(term.path, term)
        elif term not in computed:
            found[repr(term)] = term
    found = found or fed_back
    if len(found) != 1:
        own = [term.path for term in step.returned if isinstance(term, Sent)]
        shown = ", ".join(dict.fromkeys(own)) or "nothing of them"
        raise ImportFileError(
            f"{trace.name}: its forward returns what {len(found)} last layers sent (of its neurons: {shown}); allowed: one, "
            "beside those that other layers read"
        )
    return next(iter(found.values()))


def _applied(term: Term) -> Iterator[Term]:
    """Every operation's result that a term is made of."""
    if isinstance(term, Applied):
        yield term
        yield from _applied(term.argument)
    elif isinstance(term, Total):
        for part in term.parts:
            yield from _applied(part)
