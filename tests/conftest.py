"""Settings for all tests: property tests draw the same examples every time and never fail for being slow."""

import torch
from hypothesis import settings

settings.register_profile("litesnn", deadline=None, derandomize=True, max_examples=25, print_blob=True)
settings.load_profile("litesnn")
torch.set_num_threads(1)  # the networks are small: one thread halves the time
