"""One time step of a module whose forward makes one or several: all steps must do the same, each with what the last one left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litesnn.base.errors import ImportFileError
from litesnn.jobs.from_torch.calls import Calls, NeuronCall
from litesnn.jobs.from_torch.neurons.reading import NeuronReading, refused
from litesnn.jobs.from_torch.terms import Applied, Given, Sent, Term, Total, Zeros, begun, leaves, shifted
from litesnn.jobs.from_torch.trace import Trace


@dataclass(frozen=True)
class Step:
    """What a module does in a time step.

    Attributes
    ----------
    neurons : by path, a call in which `call` 0 is this step and -1 the one before
    readings : what these compute
    returned : what is returned of a step, each once
    unrolled : steps that the forward makes
    """

    neurons: Mapping[str, NeuronCall]
    readings: Mapping[str, NeuronReading]
    returned: tuple[Term, ...]
    unrolled: int


def step_of(calls: Calls, trace: Trace) -> Step:
    """The step that all steps are.

    Raises
    ------
    ImportFileError
        For neurons that are called in some steps only, steps that differ, and states that are not handed from step to step.
    """
    if not calls.neurons:
        raise ImportFileError(
            f"{trace.name}: its forward calls no neurons that are known, so there is nothing that spikes"
        )
    counts = {path: len(found) for path, found in calls.neurons.items()}
    unrolled = max(counts.values())
    for path, count in counts.items():
        if count != unrolled:
            most = max(counts, key=lambda name: counts[name])
            raise refused(
                trace.place(path),
                f"called {count} times where '{most}' is called {unrolled} times; allowed: once in each time step. Layers of neurons "
                "need a module each, for it holds their state",
            )
    for path, found in calls.neurons.items():
        _check(path, found, calls.readings[path], trace)
    return Step(
        neurons={path: _moved(found[-1], unrolled - 1) for path, found in calls.neurons.items()},
        readings=calls.readings,
        returned=tuple(dict.fromkeys(part for term in calls.returned for part in _of_one_step(term))),
        unrolled=unrolled,
    )


def _check(path: str, found: tuple[NeuronCall, ...], reading: NeuronReading, trace: Trace) -> None:
    last = _moved(found[-1], len(found) - 1)
    for number, call in enumerate(found):
        expected = last.arriving if number else begun(last.arriving) if len(found) > 1 else last.arriving
        if shifted(call.arriving, number) != expected:
            raise refused(
                trace.place(path),
                f"in its call {number + 1} of {len(found)}, something else arrives than in the last; allowed: the same in every time "
                "step, of this step's input and of what neurons sent in this step or the one before (zeros at first)",
            )
        _check_states(path, number, len(found), call, reading, trace)
    for leaf in leaves(last.arriving):
        late = isinstance(leaf, Sent) and leaf.call < -1
        if isinstance(leaf, Zeros) or late or (isinstance(leaf, Given) and leaf.step not in (None, 0)):
            raise refused(
                trace.place(path), "what arrives is a constant, or from other steps than this one and the one before"
            )
        if isinstance(leaf, Sent) and leaf.part != "spikes":
            raise refused(trace.place(path), f"reads the state '{leaf.part}' of '{leaf.path}'; allowed: spikes")


def _check_states(path: str, number: int, count: int, call: NeuronCall, reading: NeuronReading, trace: Trace) -> None:
    for name in reading.states:
        given = call.states.get(name)
        if given is None and (number == 0 or reading.keeps):
            continue
        if number == 0 and isinstance(given, Zeros) and count > 1:
            continue
        if number and given == Sent(path, number - 1, name):
            continue
        anew = number == 0 or given is None or isinstance(given, Zeros)
        what = "begins anew in every call" if anew else "is not what its last call gave"
        raise refused(
            trace.place(path),
            f"its state '{name}' {what}; allowed: a state that the module keeps, that a loop over time in the forward hands on, or that "
            "is an argument of the forward",
        )


def _moved(call: NeuronCall, steps: int) -> NeuronCall:
    return NeuronCall(shifted(call.arriving, steps), call.shape, call.leading, {})


def _of_one_step(term: Term) -> list[Term]:
    """A returned term as its step has it; a sum or an average over steps is what it is of."""
    summed = term.argument if isinstance(term, Applied) and term.operation.members["type"] == "Scale" else term
    if isinstance(summed, Total):
        own = list(dict.fromkeys(_own(part) for part in summed.parts if not isinstance(part, Zeros)))
        if len(own) == 1:
            return own
    return [_own(term)]


def _own(term: Term) -> Term:
    steps = [leaf.call for leaf in leaves(term) if isinstance(leaf, Sent)]
    steps += [leaf.step for leaf in leaves(term) if isinstance(leaf, Given) and leaf.step is not None]
    return shifted(term, max(steps, default=0))
