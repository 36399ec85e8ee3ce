"""Frontends: networks of other tools, read into graphs of integers. One folder per format, one pipeline for all."""

from litesnn.compiler.frontends.imported import Imported, Layer, SourceFile, Transform

__all__ = ["Imported", "Layer", "SourceFile", "Transform"]
