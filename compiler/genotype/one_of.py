"""A name of a table that plugins add to, as the type of a field."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import AfterValidator
from pydantic_core import PydanticKnownError


def one_of(known: Collection[str]) -> AfterValidator:
    """A name of a table that plugins add to; refused as a literal is."""

    def check(name: str) -> str:
        if name not in known:
            *others, last = known
            raise PydanticKnownError("literal_error", {"expected": f"{', '.join(others)} or {last}"})
        return name

    return AfterValidator(check)
