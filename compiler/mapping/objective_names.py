"""What placements can be chosen for, by name; `mapping.objective` says what each means."""

from __future__ import annotations

from typing import Literal

ObjectiveName = Literal["balanced", "hops", "busiest-link", "energy-delay"]
BALANCED: ObjectiveName = "balanced"
