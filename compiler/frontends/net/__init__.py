"""SLAYER networks (.net, HDF5). Own reader: neither lava-dl nor Lava is imported."""
