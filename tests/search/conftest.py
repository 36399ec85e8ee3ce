"""Puts `tests/` on the path and `tests/search/` (for `random_networks` and `plain_network`) and keeps torch to one thread (the networks are tiny)."""

import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
torch.set_num_threads(1)
