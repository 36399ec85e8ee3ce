"""Traces on disk: what every population held and sent at every step, as plain arrays; written, read, and held against ours."""

from litesnn.runtime.traces.compare import FirstDifference, RegisterComparison, TraceComparison, compare_stored
from litesnn.runtime.traces.document import TraceDocument
from litesnn.runtime.traces.read import StoredTrace, read_trace
from litesnn.runtime.traces.write import TraceWriter

__all__ = [
    "FirstDifference",
    "RegisterComparison",
    "StoredTrace",
    "TraceComparison",
    "TraceDocument",
    "TraceWriter",
    "compare_stored",
    "read_trace",
]
