"""Known networks as untrained genotypes: QP-SNN's ResNet20, VGG-16 and VGGSNN, at any width, input and number of bits."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.networks.build import NETWORKS, new_network
    from litesnn.search.networks.settings import NetworkSettings

__all__ = ["NETWORKS", "NetworkSettings", "new_network"]

__getattr__ = lazily(__name__, {"NETWORKS": "build", "new_network": "build", "NetworkSettings": "settings"})
