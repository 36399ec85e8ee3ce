"""Settings changed by name with values as text, as a command line gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from litesnn.errors import SearchError
from litesnn.search.lite.settings import SearchSettings


def with_settings(settings: SearchSettings, changes: Mapping[str, Any]) -> SearchSettings:
    """Settings with some changed; a value may be text: `0.1`, `true`, `1,2,4`, `loihi2`.

    Raises
    ------
    SearchError
        For an unknown name, or a value of another type or outside its range.
    """
    names = [field.name for field in fields(SearchSettings)]
    for name in changes:
        if name not in names:
            raise SearchError(f"setting: found '{name}'; allowed: {', '.join(names)}")
    values = {name: _value(getattr(settings, name), value) for name, value in changes.items()}
    try:
        changed: SearchSettings = TypeAdapter(SearchSettings).validate_python({**vars(settings), **values})
    except ValidationError as error:
        detail = error.errors()[0]
        place = str(detail["loc"][0]) if detail["loc"] else "settings"
        raise SearchError(f"{place}: found {changes.get(place, detail['input'])!r}; {detail['msg']}") from error
    return changed


def _value(current: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = f"[{value}]" if isinstance(current, tuple) and not value.startswith("[") else value
    try:
        parsed = json.loads(text)
    except ValueError:
        return value
    if isinstance(parsed, list):
        return tuple(parsed)
    return float(parsed) if isinstance(current, float) and isinstance(parsed, int) else parsed
