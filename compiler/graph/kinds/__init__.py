"""The nodes of the graph: the source and the kinds of neurons, in Lava's parameter names and units; one file per kind or family.

Passes, rules, mapping and reports ask a population what they want to know (`Membranes`); they do not ask what it is. Back ends hold
a table from kind to builder, and refuse what they were not taught.
"""

from litesnn.compiler.graph.kinds.analog import Analog
from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.graded_relay import GradedRelay
from litesnn.compiler.graph.kinds.leaky import Leaky
from litesnn.compiler.graph.kinds.lif import Lif
from litesnn.compiler.graph.kinds.maximum import Maximum
from litesnn.compiler.graph.kinds.membranes import Membranes, NeuronGroup
from litesnn.compiler.graph.kinds.population import Population
from litesnn.compiler.graph.kinds.programmed_lif import ProgrammedLif
from litesnn.compiler.graph.kinds.readout import Readout
from litesnn.compiler.graph.kinds.relay import Relay
from litesnn.compiler.graph.kinds.sigma_delta import Delta, Sigma, SigmaDelta
from litesnn.compiler.graph.kinds.source import Source
from litesnn.compiler.graph.kinds.spiking import Spiking

KINDS: tuple[type[Membranes], ...] = (
    Lif,
    ProgrammedLif,
    Maximum,
    Relay,
    Readout,
    Delta,
    SigmaDelta,
    Sigma,
    GradedRelay,
)

__all__ = [
    "KINDS",
    "Analog",
    "Arrivals",
    "Delta",
    "GradedRelay",
    "Leaky",
    "Lif",
    "Maximum",
    "Membranes",
    "NeuronGroup",
    "Population",
    "ProgrammedLif",
    "Readout",
    "Relay",
    "Sigma",
    "SigmaDelta",
    "Source",
    "Spiking",
]
