"""PyTorch side: the model of a genotype, its quantizers and pruning, training and data sets."""
