"""The PyTorch network of a genotype: edges, nodes, neurons, membranes and loops, in floating point and in the chip's integers."""
