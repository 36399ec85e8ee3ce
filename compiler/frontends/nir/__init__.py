"""NIR files (neuroir.org): read within limits, made discrete, quantized, lowered to a graph of integers."""
