"""A program as a NIR file that other frameworks run, and that LiteSNN reads back to the same integers."""

from litesnn.compiler.export.nir.write import export_nir, export_program

__all__ = ["export_nir", "export_program"]
