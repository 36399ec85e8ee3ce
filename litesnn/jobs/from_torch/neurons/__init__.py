"""Neurons of the frameworks, read from their attributes; no framework is imported."""
