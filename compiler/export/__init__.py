"""Programs for other tools."""

from litesnn.compiler.export.exported import Exported

__all__ = ["Exported"]
