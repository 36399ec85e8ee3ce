"""The graph: populations, synapse blocks, and what passes found out about them."""

from litesnn.compiler.graph.block import INJECTED, AnalogScale, SignMode, SynapseBlock, SynapseFormat
from litesnn.compiler.graph.findings import FidelityLabel, Loop, Range, Removal, Schedule
from litesnn.compiler.graph.geometry import (
    GEOMETRIES,
    Axes,
    AxisWindow,
    Conv2d,
    Dense,
    Geometry,
    OneToOne,
    Pool,
    Sparse,
    per_axis,
)
from litesnn.compiler.graph.graph import Graph
from litesnn.compiler.graph.pace import Pace
from litesnn.compiler.graph.populations import (
    BIAS_EXP_MAX,
    BIAS_MANT_MAX,
    DECAY_UNITY,
    STATE_MAX,
    VTH_MAX,
    WEIGHT_SHIFT,
    Analog,
    Membranes,
    Neurons,
    Population,
    Readout,
    SigmaDelta,
    Source,
)
from litesnn.compiler.graph.programmable import needs_programmable_neuron

__all__ = [
    "BIAS_EXP_MAX",
    "BIAS_MANT_MAX",
    "DECAY_UNITY",
    "GEOMETRIES",
    "INJECTED",
    "STATE_MAX",
    "VTH_MAX",
    "WEIGHT_SHIFT",
    "Analog",
    "AnalogScale",
    "Axes",
    "AxisWindow",
    "Conv2d",
    "Dense",
    "FidelityLabel",
    "Geometry",
    "Graph",
    "Loop",
    "Membranes",
    "Neurons",
    "OneToOne",
    "Pace",
    "Pool",
    "Population",
    "Range",
    "Readout",
    "Removal",
    "Schedule",
    "SigmaDelta",
    "SignMode",
    "Source",
    "Sparse",
    "SynapseBlock",
    "SynapseFormat",
    "needs_programmable_neuron",
    "per_axis",
]
