"""Export to SANA-FE (https://github.com/SLAM-Lab/SANA-FE): a second tool's word on spikes, packets, hops and energy."""

from litesnn.compiler.export.sanafe.export import export_sanafe
from litesnn.compiler.export.sanafe.kernels import SYNAPSES_MAX

__all__ = ["SYNAPSES_MAX", "export_sanafe"]
