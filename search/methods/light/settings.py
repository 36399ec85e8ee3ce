"""How a LightSNN or SNASNet search runs, and what becomes of the cell it finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from litesnn.errors import SearchError
from litesnn.search.settings.bounds import check_bounds
from litesnn.search.spaces.four_nodes import CELL_OPERATIONS, LIGHTSNN_OPERATIONS, ZEROIZE

Method = Literal["lightsnn", "snasnet"]


@dataclass(frozen=True)
class CellSearchSettings:
    """Settings of one search; all of them enter the search record.

    Attributes
    ----------
    method : `lightsnn` prunes a network of all operations, `snasnet` scores random cells
    operations : candidates of an edge; `zeroize` is no edge
    feedback : candidates are edges both ways; False: forward edges only (SNASNet alone; its random cells have one edge per pair
        of nodes, in a random direction with feedback)
    candidates : random cells to score (SNASNet)
    channels, hidden : of the first cell, and of the dense hidden layer (0: none), while searching
    deploy_channels : channels in the genotype; 0: as while searching
    timesteps : T of static images; event data bring their own
    pool : `max` keeps pooled spikes binary (LightSNN), `average` (SNASNet)
    stem_pool, last_pool : pooling behind the stem and before the classifier, in pixels; 1: none
    batch_size, repeats : samples of a batch, and batches, that a candidate is scored on
    norm : normalization while scoring: `batch`, each batch's own statistics (SNASNet), or `init`, those of a fresh network
        (LightSNN's program)
    skips : how an identity of analog sums is deployed: `expand`, by what feeds its source; `spikes`, as an identity of spikes
    bits, outer_bits : weight bits of the cells and of everything else in the genotype; None: 8, or the fewer that no input can overflow
        on any shipped chip
    keep : fraction of weights kept in the genotype
    at_once : candidates that are computed together (LightSNN); 0: as many as seem to fit. Sums may round differently
    samples : training samples to draw batches from, a stratified choice; 0: all
    threads : torch's CPU threads; repeating a search needs the same number. 0 keeps torch's own choice
    """

    method: Method = "lightsnn"
    operations: tuple[str, ...] = LIGHTSNN_OPERATIONS
    feedback: bool = True
    candidates: int = 5000
    channels: int = 256
    hidden: int = 1024
    deploy_channels: int = 0
    timesteps: int = 5
    pool: Literal["max", "average"] = "max"
    stem_pool: int = 1
    last_pool: int = 2
    batch_size: int = 64
    repeats: int = 2
    norm: Literal["batch", "init"] = "batch"
    skips: Literal["expand", "spikes"] = "expand"
    bits: int | None = None
    outer_bits: int | None = None
    keep: float = 1.0
    at_once: int = 0
    samples: int = 0
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        check_bounds(self, SearchError)
        for name, low in _LOWEST.items():
            if getattr(self, name) < low:
                raise SearchError(f"{name}: found {getattr(self, name)}; allowed: a whole number >= {low}")
        for name in ("bits", "outer_bits"):
            if getattr(self, name) is not None and not 1 <= getattr(self, name) <= 8:
                raise SearchError(f"{name}: found {getattr(self, name)}; allowed: 1 .. 8")
        if not 0 < self.keep <= 1:
            raise SearchError(f"keep: found {self.keep}; allowed: above 0, up to 1")
        self._check_operations()
        if self.pool == "average" and self.stem_pool > 2:
            raise SearchError(f"stem_pool: found {self.stem_pool}; allowed with average pooling: 1, 2")
        if self.pool == "average" and self.last_pool & (self.last_pool - 1):
            raise SearchError(f"last_pool: found {self.last_pool}; allowed with average pooling: 1, 2, 4, 8, ...")
        if self.method == "lightsnn" and not self.feedback:
            raise SearchError("feedback: found False; allowed for lightsnn: True (snasnet searches forward cells)")

    def _check_operations(self) -> None:
        allowed = ", ".join(CELL_OPERATIONS)
        for operation in self.operations:
            if operation not in CELL_OPERATIONS:
                raise SearchError(f"operations: found '{operation}'; allowed: {allowed}")
        distinct = set(self.operations)
        if len(distinct) < len(self.operations) or ZEROIZE not in distinct or not any("conv" in o for o in distinct):
            raise SearchError(
                f"operations: found {', '.join(self.operations)}; allowed: {ZEROIZE}, a convolution, and others of {allowed}, "
                "each once"
            )

    @property
    def deployed_channels(self) -> int:
        """Channels of the first cell in the genotype."""
        return self.deploy_channels or self.channels

    def as_dict(self) -> dict[str, Any]:
        """All settings by name, as JSON holds them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


_LOWEST = {
    "candidates": 1,
    "channels": 1,
    "hidden": 0,
    "deploy_channels": 0,
    "timesteps": 1,
    "stem_pool": 1,
    "last_pool": 1,
    "batch_size": 2,
    "repeats": 1,
    "at_once": 0,
    "samples": 0,
    "seed": 0,
    "threads": 0,
}
