"""Processes and models that Lava does not have. Lava finds models by importing every file here by path: keep nothing else here.

A process and its model stand in separate files (`x.py`, `x_models.py`): Lava imports files a second time under another name,
and a process class that exists twice would not match its model. Imports are absolute for the same reason.
"""
