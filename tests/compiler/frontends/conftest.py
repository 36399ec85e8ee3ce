"""Reading .net files in this process, which is quick; tests marked `worker` use the real worker."""

from __future__ import annotations

import pytest

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net import extract, read


def read_here(document: bytes, name: str) -> dict[str, object]:
    try:
        return dict(extract.extract(document))
    except extract.Refused as error:
        raise ImportFileError(f"{name}: {error}") from error


@pytest.fixture(autouse=True)
def in_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("worker") is None:
        monkeypatch.setattr(read, "read_arrays", read_here)
