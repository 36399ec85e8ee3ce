"""Why another simulator's trace parts from ours: rules that are close to the right one, tried on its own numbers.

A hypothesis is a wrong rule. It is held against all values of the register in the sample where the traces first part, each step
from the other's own state of the step before; it is named where it gives the first differing value and describes the register
better than our rule does. To add one, add a line to its table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT, Leaky
from litesnn.compiler.graph.kinds.leaky import decayed
from litesnn.runtime.trace import Register
from litesnn.runtime.traces.evidence import Evidence, earlier, later
from litesnn.runtime.traces.synapse_causes import wrong_synapses
from litesnn.runtime.verify.own_faults import unheld_weights, wrong_timing

Ints = npt.NDArray[np.int64]
Rule = Callable[[Evidence], Ints]
REGISTER = STATE_MAX + 1
_NAMED = 3


def likely_causes(evidence: Evidence, register: Register, at: tuple[int, ...]) -> tuple[str, ...]:
    """Likely causes of the first difference, most telling first; never none.

    Parameters
    ----------
    at : step, channel, y and x of the first difference
    """
    theirs, ours = evidence.theirs[register], evidence.ours(register)
    found: list[tuple[float, str]] = []
    for text, predicted in _predictions(evidence, register):
        same = predicted[register] == theirs
        if same[at] and same.mean() > (ours == theirs).mean():
            share = float(np.mean([predicted[which] == evidence.theirs[which] for which in predicted]))
            found.append((share, f"{text} ({_share(share)} of the values of this sample)"))
    found.sort(key=lambda entry: -entry[0])
    whole = [text for share, text in found if share == 1]
    named = (whole or [text for _, text in found])[:_NAMED]
    population, graph = evidence.population, evidence.graph
    own = [*wrong_timing(graph, population), *unheld_weights(graph, population)]
    return tuple(named + [f"the program itself: {fault}" for fault in own]) or (_unknown(evidence, register, at),)


def _share(share: float) -> str:
    return "explains all" if share == 1 else f"explains {share:.1%}"


def _predictions(evidence: Evidence, register: Register) -> Iterator[tuple[str, Mapping[Register, Ints]]]:
    """What every hypothesis gives for a register, and for others that it speaks of."""
    if isinstance(evidence.population, Leaky):
        for text, rules in LEAKY.items():
            if register in rules:
                yield text, {which: rule(evidence) for which, rule in rules.items() if which in evidence.theirs}
    for text, rule in _any_register(register).items():
        yield text, {register: rule(evidence)}
    if isinstance(evidence.population, Leaky) and register == "u":
        for text, current in wrong_synapses(evidence):
            yield text, {"u": current}


def _any_register(register: Register) -> Mapping[str, Rule]:
    """Of every kind and register: time, units, axes."""
    table: dict[str, Rule] = {
        "one step late: each value is ours of the step before": lambda e: earlier(e.ours(register)),
        "one step early: each value is ours of the next step": lambda e: later(e.ours(register)),
        "nothing is there: all values are 0": lambda e: np.zeros_like(e.ours(register)),
        "height and width are swapped": lambda e: _swapped(e.ours(register)),
    }
    if register != "spikes":
        table |= {
            "in weight units: 64 times too small": lambda e: e.ours(register) >> WEIGHT_SHIFT,
            "shifted by 6 bits twice: 64 times too large": lambda e: e.ours(register) << WEIGHT_SHIFT,
        }
    return table


def _swapped(values: Ints) -> Ints:
    return values.swapaxes(2, 3) if values.shape[2] == values.shape[3] else values


def _current(e: Evidence, decay: Callable[[Ints], Ints]) -> Ints:
    return decay(e.before("u")) + e.arriving


def _floor(kept: Ints) -> Callable[[Ints], Ints]:
    return lambda state: (state * kept) >> 12


def _nearest(kept: Ints) -> Callable[[Ints], Ints]:
    return lambda state: np.rint(state * (kept / DECAY_UNITY)).astype(np.int64)


def _toward_zero(kept: Ints) -> Callable[[Ints], Ints]:
    return lambda state: decayed(state, kept)


def _clipped(values: Ints) -> Ints:
    return np.clip(values, -STATE_MAX, STATE_MAX)


CURRENT: Mapping[str, Rule] = {
    "the current's decay rounds down instead of toward zero": lambda e: _current(e, _floor(e.current_decay)),
    "the current's decay rounds to nearest instead of toward zero": lambda e: _current(e, _nearest(e.current_decay)),
    "the current keeps 4096 - du of 4096 instead of 4096 - (du + 1)": lambda e: _current(
        e, _toward_zero(np.minimum(e.current_decay + 1, DECAY_UNITY))
    ),
    "the current has no memory": lambda e: e.arriving,
    "the current never decays": lambda e: e.before("u") + e.arriving,
    "the bias is added to the current": lambda e: _current(e, _toward_zero(e.current_decay)) + e.bias,
    "what arrives lacks its shift by 6 bits": lambda e: (
        decayed(e.before("u"), e.current_decay) + (e.arriving >> WEIGHT_SHIFT)
    ),
    "the current does not wrap at 24 bits": lambda e: np.where(
        np.abs(e.other("u") - e.ours("u")) == 2 * REGISTER, e.other("u"), e.ours("u")
    ),
}


def _added(e: Evidence, drive: Ints) -> Ints:
    """The membrane before the reset, with another drive."""
    return decayed(e.before("v"), e.decay) + drive


def _leaking(decay: Callable[[Ints], Callable[[Ints], Ints]], change: int = 0) -> Rule:
    """The membrane before the reset, with another decay."""
    return lambda e: decay(np.clip(e.decay + change, 0, DECAY_UNITY))(e.before("v")) + e.drive


def _mantissa(e: Evidence) -> Ints:
    mantissa = e.population.bias_mant
    return e.bias if mantissa is None else mantissa[:, None, None]


MEMBRANE: Mapping[str, Rule] = {
    "the decay rounds down instead of toward zero": _leaking(_floor),
    "the decay rounds to nearest instead of toward zero": _leaking(_nearest),
    "the membrane keeps 4096 - (dv + 1) of 4096 instead of 4096 - dv": _leaking(_toward_zero, -1),
    "the membrane keeps 4096 - (dv - 1) of 4096 instead of 4096 - dv": _leaking(_toward_zero, 1),
    "the membrane never decays": lambda e: e.before("v") + e.drive,
    "the membrane has no memory": lambda e: e.drive,
    "the bias is left out": lambda e: _added(e, e.drive - e.bias),
    "the bias lacks its exponent: mantissa instead of mantissa * 2^exponent": lambda e: _added(
        e, e.drive - e.bias + _mantissa(e)
    ),
    "the bias is added twice": lambda e: _added(e, e.drive + e.bias),
    "what arrives decays as well: the decay comes after the addition": lambda e: decayed(
        e.before("v") + e.drive, e.decay
    ),
    "the current of the step before is added instead of this step's": lambda e: _added(
        e, e.drive - e.other("u") + earlier(e.other("u"))
    ),
}
"""Membranes before the reset."""


def _right(e: Evidence) -> Ints:
    """The membrane before the reset, by the right rule from their own state."""
    return np.clip(_added(e, e.drive), -STATE_MAX, STATE_MAX)


def _spiking(e: Evidence, potential: Ints) -> Ints:
    return e.ours("spikes") if e.threshold is None else (potential > e.threshold).astype(np.int64)


def _zeroed(e: Evidence) -> Ints:
    right = _right(e)
    return right if e.threshold is None else np.where(right > e.threshold, 0, right)


def _subtracted(e: Evidence) -> Ints:
    right = _right(e)
    return right if e.threshold is None else np.where(right > e.threshold, right - e.lowering, right)


def _ends(potential: Ints) -> Ints:
    """In the register."""
    return np.clip(potential, -STATE_MAX, STATE_MAX)


def _sent(rule: Rule) -> Rule:
    return lambda e: _spiking(e, _ends(rule(e)))


def _left(rule: Rule) -> Rule:
    return lambda e: e.after(_ends(rule(e)))


def _thresholds(holds: Callable[[Ints, Ints], npt.NDArray[np.bool_]]) -> Rule:
    return lambda e: e.ours("spikes") if e.threshold is None else holds(_right(e), e.threshold).astype(np.int64)


ONE = 1 << WEIGHT_SHIFT
THRESHOLD: Mapping[str, Rule] = {
    "it spikes at the threshold too (v >= vth * 64); allowed: above it": _thresholds(lambda v, vth: v >= vth),
    "the threshold lacks its shift: v > vth instead of v > vth * 64": _thresholds(
        lambda v, vth: v > vth >> WEIGHT_SHIFT
    ),
    "the threshold is one weight unit higher": _thresholds(lambda v, vth: v > vth + ONE),
    "the threshold is one weight unit lower": _thresholds(lambda v, vth: v > vth - ONE),
}
RESET: Mapping[str, Rule] = {
    "v is given before the reset; allowed: after it": lambda e: e.potential,
    "the reset subtracts the threshold": _subtracted,
    "the reset sets v to 0": _zeroed,
    "the membrane is not clipped at 24 bits": lambda e: e.after(_added(e, e.drive)),
}
LEAKY: Mapping[str, Mapping[Register, Rule]] = {
    **{text: {"u": rule} for text, rule in CURRENT.items()},
    **{text: {"spikes": rule} for text, rule in THRESHOLD.items()},
    **{text: {"v": rule} for text, rule in RESET.items()},
    **{text: {"spikes": _sent(rule), "v": _left(rule)} for text, rule in MEMBRANE.items()},
}


def _unknown(e: Evidence, register: Register, at: tuple[int, ...]) -> str:
    step = at[0]
    state = "" if step == 0 else " and the states of the step before"
    reads = ", ".join(sorted({block.source for block in e.graph.into(e.population.name)})) or "nothing"
    return (
        f"cause unknown: no rule that was tried gives this {register}. All that comes before it along the network{state} agrees as far as "
        f"the trace has it; '{e.population.name}' reads {reads}"
    )
