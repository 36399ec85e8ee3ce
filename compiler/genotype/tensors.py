"""Which tensors a genotype needs and the checks they must pass: names, shapes, types, finite values, exact step ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype.schema import Genotype
from litesnn.compiler.genotype.topology import NORM_TENSORS, EdgePlan, Topology

Tensors = Mapping[str, npt.NDArray[np.generic]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of a genotype: the edge or population it belongs to, which of its tensors it is, its shape and type.

    `detail` is the field of a normalization, empty for all others.
    """

    owner: str
    part: Literal["weight", "mask", "norm", "step", "bias"]
    shape: tuple[int, ...]
    dtype: str
    detail: str = ""

    @property
    def name(self) -> str:
        """In the file."""
        return ".".join(filter(None, (self.owner, self.part, self.detail)))


def tensor_specs(genotype: Genotype, topology: Topology) -> dict[str, TensorSpec]:
    """Every tensor the genotype needs, by name."""
    return {tensor.name: tensor for tensor in _tensor_specs(genotype, topology)}


def _tensor_specs(genotype: Genotype, topology: Topology) -> Iterator[TensorSpec]:
    for edge in topology.edges():
        if edge.weighted:
            yield TensorSpec(edge.name, "weight", edge.weight_shape, "float32")
            yield TensorSpec(edge.name, "mask", edge.weight_shape, "uint8")
    for node in topology.nodes:
        channels = (node.shape[0],)
        owners = [node.name] if genotype.norm == "node" else [edge.name for edge in node.edges if edge.weighted]
        for owner in owners:
            for detail in NORM_TENSORS:
                yield TensorSpec(owner=owner, part="norm", shape=channels, dtype="float32", detail=detail)
        for edge in node.edges:
            if has_channel_steps(genotype, edge):
                yield TensorSpec(edge.name, "step", channels, "float64")
    if genotype.head.bias:
        yield TensorSpec("readout", "bias", (genotype.head.classes,), "float32")


def expected_tensors(genotype: Genotype, topology: Topology) -> dict[str, tuple[tuple[int, ...], str]]:
    """Every tensor the genotype needs: name -> (shape, dtype)."""
    return {name: (tensor.shape, tensor.dtype) for name, tensor in tensor_specs(genotype, topology).items()}


def check_tensors(genotype: Genotype, topology: Topology, tensors: Tensors, where: str) -> None:
    """Refuse tensors that are missing, unexpected, of the wrong shape or type, or hold values that cannot be deployed.

    Raises
    ------
    GenotypeError
        Names the tensor, what was found and what is allowed; up to ten problems at once.
    """
    expected = tensor_specs(genotype, topology)
    problems = [
        f"{name}: missing; allowed: {spec.dtype} {spec.shape}" for name, spec in expected.items() if name not in tensors
    ]
    for name, tensor in tensors.items():
        if name not in expected:
            problems.append(f"{name}: not a tensor of this genotype; remove it")
            continue
        shape, dtype = expected[name].shape, expected[name].dtype
        if tensor.shape != shape or str(tensor.dtype) != dtype:
            problems.append(f"{name}: found {tensor.dtype} {tensor.shape}; allowed: {dtype} {shape}")
        elif dtype != "uint8" and not np.isfinite(tensor).all():
            bad = np.argwhere(~np.isfinite(tensor))
            problems.append(f"{name}: found {len(bad)} NaN or infinite values, first at {tuple(map(int, bad[0]))}")
        elif dtype == "uint8" and tensor.size and int(tensor.max()) > 1:
            problems.append(f"{name}: found value {int(tensor.max())}; allowed: 0 (pruned) or 1 (kept)")
        elif dtype == "float64" and np.min(tensor.astype(np.float64)) <= 0:
            problems.append(f"{name}: found {np.min(tensor.astype(np.float64))}; allowed: steps > 0")
        elif expected[name].detail == "running_var" and np.min(tensor.astype(np.float32)) < 0:
            problems.append(f"{name}: found a negative variance {np.min(tensor.astype(np.float32))}; allowed: >= 0")
    if problems:
        shown = "\n  ".join(problems[:10])
        more = f"\n  ... and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise GenotypeError(f"{where}: {len(problems)} problem(s) with tensors\n  {shown}{more}")


def check_steps(genotype: Genotype, topology: Topology, tensors: Tensors) -> None:
    """A trained genotype has a step on every edge, a membrane_exp on every population, and exact ratios in `norm: node`."""
    for edge in topology.edges():
        if has_channel_steps(genotype, edge):
            if edge.step is not None:
                raise GenotypeError(
                    f"{edge.place}.step: found {edge.step} although the quantizer has a step per channel; leave it out (the "
                    f"tensor {edge.name}.step holds them)"
                )
        elif edge.step is None:
            raise GenotypeError(f"{edge.place}.step: missing although the genotype has weights; allowed: a number > 0")
    for node in topology.nodes:
        if node.membrane_exp is None:
            raise GenotypeError(f"{node.place}.membrane_exp: missing although the genotype has weights; allowed: 0..15")
        if genotype.norm == "node":
            _check_common_unit(genotype, node.edges, tensors)
    if topology.pool is not None and topology.pool.membrane_exp is None:
        raise GenotypeError("head.membrane_exp: missing although the genotype has weights; allowed: 0..15")


def _check_common_unit(genotype: Genotype, edges: tuple[EdgePlan, ...], tensors: Tensors) -> None:
    values = [code_value(genotype, edge, tensors) for edge in edges]
    for edge, value in zip(edges[1:], values[1:], strict=True):
        ratio = np.ravel(value / values[0])
        wrong = np.flatnonzero(np.frexp(ratio)[0] != 0.5)
        if len(wrong):
            where = f" in channel {wrong[0]}" if has_channel_steps(genotype, edge) else ""
            found = np.ravel(step_of(genotype, edge, tensors))[wrong[0]]
            raise GenotypeError(
                f"{edge.place}.step: found {found}{where}, {ratio[wrong[0]]:.6g} times the unit of {edges[0].place}; with "
                "norm 'node' the edges of a node must be powers of two apart (train with snapped steps, or use norm 'edge')"
            )


def has_channel_steps(genotype: Genotype, edge: EdgePlan) -> bool:
    """Whether the edge has a step per output channel, in the tensor `<edge>.step`; the readout never has."""
    quantizer = genotype.quantizer
    return quantizer is not None and quantizer.granularity == "channel" and edge.site.part != "head"


def step_of(genotype: Genotype, edge: EdgePlan, tensors: Tensors) -> Floats:
    """The step of a trained edge, float64: a scalar, or (C_out,)."""
    if has_channel_steps(genotype, edge):
        return tensors[f"{edge.name}.step"].astype(np.float64)
    assert edge.step is not None
    return np.asarray(edge.step, np.float64)


def code_value(genotype: Genotype, edge: EdgePlan, tensors: Tensors) -> Floats:
    """Value of code 1 on this edge, h = step / 2, times the input scale where the edge reads a direct input; as `step_of`."""
    direct = edge.reads_input and genotype.input.encoding == "direct"
    return np.asarray(step_of(genotype, edge, tensors) / 2 * (genotype.input.scale if direct else 1.0))
