"""The time step of a file: the user's, the file's own, or what its neurons imply; refused where they do not say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.bounded_hdf5 import Value
from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.nir.rockpool import implied_step
from litesnn.compiler.frontends.real.network import SAME_STEP, TimeStep
from litesnn.compiler.frontends.real.nodes import Delay, Neuron
from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]
FLOAT32 = 2.0**-20  # relative: what rounding to float32 can do to a time step
DT_HINT = "snnTorch and SpikingJelly write with 1e-4, norse with the square of its dt (1e-6), sinabs counts in steps (1), Rockpool's is in r (--framework rockpool)"


def time_step(graph: NirGraph, options: RealOptions) -> TimeStep:
    """The user's, or the file's metadata, or what the neurons' r and tau imply, or 1 where nothing depends on it.

    Frameworks whose neurons take an input as it is write r = tau / dt (snnTorch's LIF) and r = 1 / dt (SpikingJelly's IF), so that dt
    is read off where all neurons agree; LIF neurons with r = 1 (norse, sinabs) do not say. Rockpool's r holds it, too.

    Raises
    ------
    ImportFileError
        If the file has time constants but no time step, neurons that imply different ones, or one that is not shorter than a time
        constant.
    """
    found = _chosen(graph, options)
    if options.decay_rule == "euler":
        for node in _neurons(graph):
            for key in ("tau", "tau_mem", "tau_syn"):
                if key in node.parameters and node.parameters[key].min() < found.dt * (1 - SAME_STEP):
                    raise graph.error(
                        node.name,
                        f"'{key}' {node.parameters[key].min():g} is shorter than the time step {found.dt:g} ({found.origin}), for "
                        f"which Euler's rule has no decay; give the right --dt ({DT_HINT}), or --decay-rule exponential",
                    )
    return found


def _chosen(graph: NirGraph, options: RealOptions) -> TimeStep:
    said = _said(graph, options)
    if options.convention is not None and options.convention.step_in_r:
        step = implied_step(graph, said.dt if said else None)
        if said is None and step is not None:
            return TimeStep(_shortest(step), f"in the r that {options.framework} writes")
        return said or TimeStep(options.convention.dt, f"{options.framework}'s", assumed=True)
    if said is not None:
        return said
    leaky = [node for node in _neurons(graph) if has_leak(node)]
    counting = [node for node in _neurons(graph) if node.type == "IF"]
    leaks, counts = _implied_by_leaks(leaky), _implied_by_counts(graph, counting)
    if leaks is not None and counts is not None and abs(leaks - counts) > SAME_STEP * leaks:
        raise ImportFileError(
            f"{graph.file}: LIF neurons imply a time step of {leaks:g} (tau / r), IF neurons one of {counts:g} (1 / r); give --dt ({DT_HINT})"
        )
    if leaks is not None:
        return TimeStep(leaks, "tau / r, the same in all neurons", assumed=True)
    if counts is not None and (counts != 1 or not leaky):
        return TimeStep(counts, "1 / r, the same in all IF neurons", assumed=True)
    if options.convention is not None:
        return TimeStep(options.convention.dt, f"{options.framework}'s", assumed=True)
    if leaky:
        raise ImportFileError(f"{graph.file}: the file does not say its time step; give --dt ({DT_HINT})")
    delays = any(isinstance(node, Delay) for node in graph.nodes.values())
    return TimeStep(1.0, "nothing in the file has a time constant", assumed=delays)


def _said(graph: NirGraph, options: RealOptions) -> TimeStep | None:
    """The user's, or the metadata's."""
    if options.dt is not None:
        return TimeStep(options.dt, "given")
    stated = graph.metadata.get("dt")
    return None if stated is None else TimeStep(_stated(graph, stated), "the file's metadata")


def _stated(graph: NirGraph, stated: Value) -> float:
    """The time step of the metadata."""
    if isinstance(stated, np.ndarray) and stated.dtype.kind in "fiu" and stated.size == 1:
        dt = float(stated.reshape(-1)[0])
        if 0 < dt < float("inf"):
            return dt
    shown = stated if isinstance(stated, str) else np.asarray(stated).ravel()[:4].tolist()
    raise ImportFileError(
        f"{graph.file}: metadata 'dt': found {shown!r:.60}; allowed: one positive number, the time step. Correct it, or give --dt"
    )


def _implied_by_leaks(leaky: list[Neuron]) -> float | None:
    """tau / r where all leaky neurons agree and it is shorter than every tau; else None."""
    if not leaky:
        return None
    implied = np.concatenate([_implied(node).ravel() for node in leaky])
    tau = min(_tau(node).min() for node in leaky)
    agree = implied.min() > 0 and np.ptp(implied) <= SAME_STEP * implied.min()
    return _shortest(float(np.median(implied))) if agree and implied.max() < tau * (1 - SAME_STEP) else None


def _implied_by_counts(graph: NirGraph, counting: list[Neuron]) -> float | None:
    """1 / r of the IF neurons, which then add what arrives as it is; None without such neurons, or with an r of 0.

    Raises
    ------
    ImportFileError
        If their r differ or are negative, so that not all of them can do so.
    """
    if not counting:
        return None
    r = np.concatenate([node.parameters["r"].ravel() for node in counting])
    if (r == 0).any():
        return None  # neurons that receive nothing are refused by name
    if r.min() < 0 or np.ptp(r) > SAME_STEP * r.min():
        what = "a negative" if r.min() < 0 else "different"
        raise ImportFileError(
            f"{graph.file}: IF neurons have {what} r ({r.min():g} .. {r.max():g}), so the file does not say its time step; give --dt "
            "(1 takes r as the gain of one step)"
        )
    return _shortest(1 / float(np.median(r)))


def _shortest(value: float) -> float:
    """The number of fewest digits that float32 cannot tell from it."""
    for digits in range(1, 12):
        rounded = float(f"{value:.{digits}g}")
        if abs(rounded - value) <= FLOAT32 * value:
            return rounded
    return value


def has_leak(node: Neuron) -> bool:
    """Whether a neuron has a finite time constant of its membrane."""
    return bool({"tau", "tau_mem"} & node.parameters.keys()) and bool(np.isfinite(_tau(node)).any())


def _neurons(graph: NirGraph) -> list[Neuron]:
    return [node for node in graph.nodes.values() if isinstance(node, Neuron)]


def _tau(node: Neuron) -> Floats:
    return node.parameters["tau" if "tau" in node.parameters else "tau_mem"]


def _implied(node: Neuron) -> Floats:
    """tau / r per value; 0 where r is not positive or shapes differ."""
    tau, r = _tau(node), node.parameters["r"]
    if r.min() <= 0 or (tau.shape != r.shape and 1 not in (tau.size, r.size)):
        return np.zeros(1)
    finite = np.broadcast_to(np.isfinite(tau), np.broadcast_shapes(tau.shape, r.shape))
    implied: Floats = (tau / np.where(np.isinf(r), 1.0, r))[finite]
    return implied
