"""Settings for all tests: property tests draw the same examples every time and never fail for being slow."""

from contextlib import suppress

import torch
from hypothesis import settings

with suppress(
    ImportError
):  # it replaces the standard library's distutils, and refuses where that was imported before it
    import setuptools  # noqa: F401

settings.register_profile("litesnn", deadline=None, derandomize=True, max_examples=25, print_blob=True)
settings.load_profile("litesnn")
torch.set_num_threads(1)  # the networks are small: one thread halves the time
