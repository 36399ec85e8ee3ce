"""How a LightSNN or SNASNet search runs, and what becomes of the cell it finds. Defaults are `litesnn search lightsnn`'s."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from litesnn.base.errors import SearchError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.search.settings.bounds import MAX_CHANNELS, MAX_SIDE
from litesnn.search.settings.shared import RESET_HELP, NeuronReset, SeedSetting, ThreadsSetting
from litesnn.search.spaces.operations import CONVOLUTIONS, LIGHTSNN_OPERATIONS, SPACES, ZEROIZE, cell_operations

Method = Literal["lightsnn", "snasnet"]


@dataclass(frozen=True)
class CellSearchSettings:
    """Settings of one search; all of them enter the search record. What each one is stands with it."""

    method: Annotated[Method, Setting("lightsnn prunes a network of all operations, snasnet scores random cells.")] = (
        "lightsnn"
    )
    operations: Annotated[
        tuple[str, ...], Setting("Candidates of an edge, or the name of a space; zeroize is no edge.")
    ] = LIGHTSNN_OPERATIONS
    feedback: Annotated[
        bool,
        Setting(
            "Candidates are edges both ways; of SNASNet's random cells, which have one edge per pair of nodes, in a random direction.",
            option=True,
            flag="--forward-only",
            off="Cells without feedback; otherwise each pair has a random direction.",
        ),
    ] = True
    candidates: Annotated[int, Setting("Random cells to score (5000 in the paper).", low=1, option=True)] = 200
    channels: Annotated[
        int, Setting("Channels of the first cell while searching.", low=1, high=MAX_CHANNELS, option=True)
    ] = 16
    hidden: Annotated[int, Setting("Neurons of the dense hidden layer; 0: none.", low=0, high=2**16, option=True)] = 0
    deploy_channels: Annotated[
        int,
        Setting(
            "Channels of the first cell in the genotype; 0: as while searching.", low=0, high=MAX_CHANNELS, option=True
        ),
    ] = 0
    timesteps: Annotated[int, Setting("T of static images; event data bring their own.", low=1, high=MAX_SIDE)] = 4
    pool: Annotated[
        Literal["max", "average"], Setting("max keeps pooled spikes binary (LightSNN); average is SNASNet's.")
    ] = "max"
    stem_pool: Annotated[int, Setting("Pooling behind the stem, in pixels; 1: none.", low=1, high=MAX_SIDE)] = 1
    last_pool: Annotated[int, Setting("Pooling before the classifier, in pixels; 1: none.", low=1, high=MAX_SIDE)] = 2
    batch_size: Annotated[
        int, Setting("Samples of a batch that a candidate is scored on.", low=2, high=2**16, option=True)
    ] = 64
    repeats: Annotated[int, Setting("Batches that a candidate is scored on.", low=1)] = 2
    norm: Annotated[
        Literal["batch", "init"],
        Setting(
            "Normalization while scoring: batch, each batch's own statistics (SNASNet), or init, those of a fresh network "
            "(LightSNN's program)."
        ),
    ] = "batch"
    skips: Annotated[
        Literal["expand", "spikes"],
        Setting(
            "How an identity of analog sums is deployed: expand, by what feeds its source; spikes, as an identity of spikes."
        ),
    ] = "expand"
    bits: Annotated[
        int | None,
        Setting(
            "Weight bits of the cells in the genotype; none: 8, or the fewer that no input can overflow on any shipped chip.",
            low=1,
            high=8,
        ),
    ] = 4
    outer_bits: Annotated[int | None, Setting("The same for everything else.", low=1, high=8)] = None
    keep: Annotated[float, Setting("Fraction of weights kept in the genotype.", above=0, high=1)] = 1.0
    reset: Annotated[
        NeuronReset, Setting(f"{RESET_HELP} Of the genotype; cells are scored with the papers' neurons.", option=True)
    ] = "zero"
    at_once: Annotated[
        int,
        Setting(
            "Candidates that are computed together (LightSNN); 0: as many as seem to fit. Sums may round differently.",
            low=0,
        ),
    ] = 0
    samples: Annotated[
        int, Setting("Training samples to draw batches from, a stratified choice; 0: all.", low=0, high=2**31)
    ] = 4000
    seed: SeedSetting = 0
    threads: ThreadsSetting = 0

    def __post_init__(self) -> None:
        check_settings(self, SearchError)
        self._check_operations()
        if self.pool == "average" and self.stem_pool > 2:
            raise SearchError(f"stem_pool: found {self.stem_pool}; allowed with average pooling: 1, 2")
        if self.pool == "average" and self.last_pool & (self.last_pool - 1):
            raise SearchError(f"last_pool: found {self.last_pool}; allowed with average pooling: 1, 2, 4, 8, ...")
        if self.method == "lightsnn" and not self.feedback:
            raise SearchError("feedback: found False; allowed for lightsnn: True (snasnet searches forward cells)")

    def _check_operations(self) -> None:
        if len(self.operations) == 1 and self.operations[0] in SPACES:
            object.__setattr__(self, "operations", SPACES[self.operations[0]])
        allowed = ", ".join(cell_operations())
        for operation in self.operations:
            if operation not in cell_operations():
                raise SearchError(
                    f"operations: found '{operation}'; allowed: {allowed}; or one space: {', '.join(SPACES)}"
                )
        distinct = set(self.operations)
        if len(distinct) < len(self.operations) or ZEROIZE not in distinct or not distinct & set(CONVOLUTIONS):
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
