"""What populations compute per step: one model per kind of neuron behind one small interface."""

from litesnn.runtime.exact.neurons.lif import Lif
from litesnn.runtime.exact.neurons.model import NeuronModel, States
from litesnn.runtime.exact.neurons.sigma_delta import SigmaDeltaModel

__all__ = ["Lif", "NeuronModel", "SigmaDeltaModel", "States"]
