"""Memory that Python and numpy take while something is refused."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_little_memory(megabytes: int = 8) -> Iterator[None]:
    """Assert that what runs inside takes no more at any time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()
