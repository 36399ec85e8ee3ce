"""Gzip files read as they unpack, so that a bomb is noticed before it fills the memory."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from litesnn.base.text import brief_path
from litesnn.reading.files import Kind, open_regular


@contextmanager
def open_gzip(path: str | os.PathLike[str], kind: Kind) -> Iterator[gzip.GzipFile]:
    """The unpacked bytes of a gzip file as a stream: read pieces of stated size from it.

    Raises
    ------
    LiteSNNError
        Of the kind's type, as `open_regular`, and for damaged data.
    """
    with open_regular(path, kind) as file, gzip.GzipFile(fileobj=file) as stream:
        try:
            yield stream
        except (OSError, EOFError, zlib.error) as error:
            raise kind.error(f"{brief_path(path)}: cannot read {kind.this()}: damaged gzip data ({error})") from error
