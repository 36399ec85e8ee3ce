"""Known networks as untrained genotypes: QP-SNN's ResNet20, VGG-16 and VGGSNN, at any width, input and number of bits."""

from litesnn.search.networks.build import NETWORKS, new_network
from litesnn.search.networks.settings import NetworkSettings

__all__ = ["NETWORKS", "NetworkSettings", "new_network"]
