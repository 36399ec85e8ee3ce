"""SLAYER networks (.net, HDF5): `read_net`. Own reader: neither lava-dl nor Lava is imported."""

from litesnn.compiler.frontends.net.read import read_net

__all__ = ["read_net"]
