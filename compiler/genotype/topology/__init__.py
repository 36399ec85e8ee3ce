"""Wiring of a genotype, resolved: every population with its shape, every edge with its window, bits and weight shape.

This is what the schema *means*: names of populations and tensors, inherited bits, derived strides. It holds no number
arithmetic; the PyTorch model and the compiler each do that on their own (`docs/numbers.md`).

Names: `input`, `stem`, `cell0.node1`, `pool`, `readout`; edges `cell0.node1.edge0`, `cell0.backward0`; tensors `<edge>.weight`,
`<edge>.mask`, `<node or edge>.norm.weight|bias|running_mean|running_var`, `readout.bias`.
"""

from litesnn.compiler.genotype.topology.limits import MAX_WEIGHT_BYTES
from litesnn.compiler.genotype.topology.plans import NORM_TENSORS, EdgePlan, NodePlan, PoolPlan, Shape, Site, Topology
from litesnn.compiler.genotype.topology.wiring import resolve

__all__ = [
    "MAX_WEIGHT_BYTES",
    "NORM_TENSORS",
    "EdgePlan",
    "NodePlan",
    "PoolPlan",
    "Shape",
    "Site",
    "Topology",
    "resolve",
]
