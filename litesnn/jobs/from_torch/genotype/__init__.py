"""A PyTorch module as a genotype, where it fits the schema: its populations, its edges, their tensors, and training on a user's data."""

from litesnn.jobs.from_torch.genotype.made import Fitted, Tuned, genotype_from_torch

__all__ = ["Fitted", "Tuned", "genotype_from_torch"]
