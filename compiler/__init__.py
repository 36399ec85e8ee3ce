"""The compiler: genotype -> graph -> passes -> program. Imports neither torch nor Lava."""
