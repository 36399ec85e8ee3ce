"""The search methods, listed once: a method is a folder beside this file, and its line here (docs/adding-a-method.md)."""

from __future__ import annotations

from typing import Any

from litesnn.search.methods.light.method import LIGHTSNN, SNASNET
from litesnn.search.methods.lite.method import LITESNN
from litesnn.search.methods.method import SearchMethod

METHODS: dict[str, SearchMethod[Any]] = {method.name: method for method in (LITESNN, LIGHTSNN, SNASNET)}
"""By name, in the order in which they are shown."""
