"""A PyTorch module with spiking neurons -> a network that compiles: traced, its layers and neurons read, written as NIR."""

from litesnn.jobs.from_torch.read import from_torch

__all__ = ["from_torch"]
