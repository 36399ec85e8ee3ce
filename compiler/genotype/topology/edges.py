"""One edge: what it reads, and the window, stride and channels that take it to its node's map."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype.ops import OPS
from litesnn.compiler.genotype.schema import EdgeSpec, Genotype
from litesnn.compiler.genotype.topology.plans import EdgePlan, Shape, Site


@dataclass(frozen=True)
class Signal:
    """A concatenation of populations that an edge can read."""

    sources: tuple[str, ...]
    channels: tuple[int, ...]
    height: int
    width: int
    reads_input: bool = False

    @property
    def shape(self) -> Shape:
        """(C, H, W) of the concatenation."""
        return (sum(self.channels), self.height, self.width)


def plan_edge(
    spec: EdgeSpec,
    name: str,
    place: str,
    site: Site,
    signal: Signal,
    target: str,
    out: Shape,
    bits: int,
    keep: float,
    downsample: str,
    genotype: Genotype,
) -> EdgePlan:
    """The edge that reads `signal` and makes a map of `out` for the population `target`.

    Raises
    ------
    GenotypeError
        Where no window of the operation takes the one map to the other; `place` is named in the message.
    """
    op = OPS[spec.op]
    max_window = _max_window(spec, place, signal, genotype)
    in_shape = signal.shape
    if max_window is not None:
        size, step, pad = max_window
        in_shape = (in_shape[0], (in_shape[1] + 2 * pad - size) // step + 1, (in_shape[2] + 2 * pad - size) // step + 1)
        if min(in_shape) < 1:
            raise GenotypeError(f"{place}.pool: found {spec.pool}, larger than the map {signal.shape[1:]} it pools")
    stride = _stride(spec, place, in_shape, out)
    dilation = stride if downsample == "nearest" and stride > 1 and op.weighted and op.kernel > 1 else 1
    if dilation > 1 and (in_shape[1] % stride or in_shape[2] % stride):
        raise GenotypeError(
            f"{place}: nearest downsampling by {stride} needs a map divisible by it; found {in_shape[1:]} "
            "(use downsample: stride)"
        )
    _check_channels(spec.op, place, in_shape, out)
    return EdgePlan(
        name=name,
        place=place,
        op=spec.op,
        sources=signal.sources,
        source_channels=signal.channels,
        in_shape=in_shape,
        out_shape=out,
        kernel=op.kernel,
        stride=stride,
        padding=op.padding * dilation,
        dilation=dilation,
        max_window=max_window,
        bits=bits if op.weighted else 1,
        keep=keep if op.weighted else 1.0,
        step=spec.step,
        reads_input=signal.reads_input,
        target=target,
        site=site,
    )


def _max_window(spec: EdgeSpec, place: str, signal: Signal, genotype: Genotype) -> tuple[int, int, int] | None:
    window = OPS[spec.op].max_window
    if spec.pool is not None:
        if window is not None:
            raise GenotypeError(f"{place}.pool: found {spec.pool} on '{spec.op}', which pools by itself; leave it out")
        window = (spec.pool, spec.pool, 0)
    if window is not None and signal.sources == ("input",) and genotype.input.encoding == "direct":
        raise GenotypeError(
            f"{place}: max pooling of graded input is not a spike operation; pool after the first population"
        )
    return window


def _stride(spec: EdgeSpec, place: str, in_shape: Shape, out: Shape) -> int:
    """The stride that takes the input map to the node's map; explicit strides are checked, others derived."""
    op = OPS[spec.op]
    if op.whole_map:
        return 1
    fixed = op.stride
    if spec.stride is not None and fixed is not None and spec.stride != fixed:
        raise GenotypeError(f"{place}.stride: found {spec.stride} for '{spec.op}'; allowed: {fixed}")
    # Maps shrink as strides grow: the smallest stride that reaches the node's size is the only one that may fit.
    given = spec.stride or fixed
    stride = given or max(ceil(size / wanted) for size, wanted in zip(in_shape[1:], out[1:], strict=True))
    if tuple(op.reached(size, stride) for size in in_shape[1:]) == out[1:]:
        return stride
    hint = f"'{spec.op}' with stride {given}" if given else f"any stride of '{spec.op}'"
    extra = "; use conv3x3 where the shapes differ" if op.by_channel and op.stride == op.kernel == 1 else ""
    raise GenotypeError(f"{place}: {hint} cannot turn a map of {in_shape[1:]} into the node's {out[1:]}{extra}")


def _check_channels(op: str, place: str, in_shape: Shape, out: Shape) -> None:
    rules = OPS[op]
    if not rules.by_channel:
        return
    fits = in_shape[0] <= out[0] if rules.widens else in_shape[0] == out[0]
    if not fits:
        allowed = f"at most {out[0]}" if rules.widens else f"{out[0]}"
        raise GenotypeError(
            f"{place}.op: found '{op}' from {in_shape[0]} channels to {out[0]}; allowed source channels: {allowed} "
            "(use conv3x3 or conv1x1 where they differ)"
        )
