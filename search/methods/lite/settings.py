"""How a LitE-SNN search runs. Defaults are the paper's; where the authors' program differs from the paper, the program's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from litesnn.errors import SearchError
from litesnn.search.quantizer import STEP_UNIT
from litesnn.search.run.precision import Precision
from litesnn.search.run.sequential import STAGES
from litesnn.search.settings.bounds import check_bounds


@dataclass(frozen=True)
class SearchSettings:
    """Settings of one search; all of them enter the search record.

    Attributes
    ----------
    nodes : per cell (the published networks have 3)
    channels, deploy_channels : of the stem while searching, and in the genotype that is written
    levels : per cell, how often map and width have been halved and doubled
    timesteps : the largest T; candidates are 1 .. T
    bits : candidate weight widths of a cell
    outer_bits : width of stem and readout, which are not searched; None: 4, in the genotype fewer where 4 could overflow on a shipped chip
    keep : fraction of weights kept, per tensor (1 - p of the paper)
    outer_keep : the same for stem and readout; None: as `keep`
    norm, pool : of supernet and genotype, as the genotype means them
    skip_as_conv : decode every operation to conv3x3, as the authors' retraining does
    edge_strength : of an edge when two are kept: `conv`, the probability of its convolution (the authors' program), or `max`, that of
        its likelier operation; `auto`: `conv` with the paper's cost, `max` with a chip's, for which an identity is worth keeping
    lambda_mem, lambda_comp, lambda_cores : per bit of memory, per bit-operation, and per core of a chip
    comp_samples : samples whose operations Loss_COMP sums (the authors' program sums over its batch of 30)
    cost : what memory and operations cost: `paper` (ideal bits, Bit-SynOps), or `loihi1`, `loihi2` (memory and cores as the compiler
        estimates them there, operations of equal cost for all widths)
    epochs, batch_size, lr, lr_min, weight_decay, clip_norm : SGD with momentum 0.9 on weights, along a cosine
    alpha_lr, beta_lr, score_lr, choice_decay : Adam on alpha, beta and scores (paper: 3e-4 for all three)
    psi_lr, warm_up : SGD with momentum 0.9 on psi, along a cosine; held uniform for the first epochs
    held_out : update choices on the half of the training set that weights do not see; False: on the same batch
    shift, flip, cutout : augmentation: random shift by so many pixels, mirroring, a square of so many pixels set to 0
    sequential : architecture, pruning, quantization and timesteps one after the other, a quarter of the epochs each
    samples : training samples to use, a stratified choice; 0: all
    precision : of the supernet's convolutions: `32` or `bf16`
    threads : torch's CPU threads; repeating a search needs the same number. 0 keeps torch's own choice
    """

    nodes: int = 3
    channels: int = 48
    deploy_channels: int = 144
    levels: tuple[int, ...] = (0, 0, 1, 1, 1, 2, 2, 2)
    timesteps: int = 6
    bits: tuple[int, ...] = (1, 2, 4)
    outer_bits: int | None = None
    keep: float = 0.2
    outer_keep: float | None = None
    norm: Literal["node", "edge"] = "node"
    pool: Literal["global_average", "none"] = "global_average"
    skip_as_conv: bool = False
    edge_strength: Literal["auto", "conv", "max"] = "auto"
    lambda_mem: float = 5e-10
    lambda_comp: float = 5e-14
    lambda_cores: float = 0.0
    comp_samples: int = 30
    cost: Literal["paper", "loihi1", "loihi2"] = "paper"
    epochs: int = 50
    batch_size: int = 30
    lr: float = 0.025
    lr_min: float = 0.001
    weight_decay: float = 3e-4
    clip_norm: float = 5.0
    alpha_lr: float = 1e-3
    beta_lr: float = 1e-2
    score_lr: float = 1e-2
    choice_decay: float = 1e-3
    psi_lr: float = 0.025
    warm_up: int = 5
    held_out: bool = True
    shift: int = 0
    flip: bool = False
    cutout: int = 0
    sequential: bool = False
    samples: int = 0
    precision: Precision = "32"
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        check_bounds(self, SearchError)
        lowest = {"timesteps": 1, "epochs": 1, "batch_size": 2, "comp_samples": 1}
        lowest |= dict.fromkeys(("warm_up", "shift", "cutout", "samples", "seed", "threads"), 0)
        for name, low in lowest.items():
            if getattr(self, name) < low:
                raise SearchError(f"{name}: found {getattr(self, name)}; allowed: a whole number >= {low}")
        for name in ("lr", "clip_norm", "alpha_lr", "beta_lr", "score_lr", "psi_lr"):
            if not getattr(self, name) > 0:
                raise SearchError(f"{name}: found {getattr(self, name)}; allowed: a number > 0")
        for name in ("lambda_mem", "lambda_comp", "lambda_cores", "lr_min", "weight_decay", "choice_decay"):
            if not getattr(self, name) >= 0:
                raise SearchError(f"{name}: found {getattr(self, name)}; allowed: a number >= 0")
        if self.lambda_cores > 0 and self.cost == "paper":
            raise SearchError(
                f"lambda_cores: found {self.lambda_cores} with cost 'paper', which knows no cores; allowed: 0, or cost 'loihi1', 'loihi2'"
            )
        for name in ("keep", "outer_keep"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 1:
                raise SearchError(f"{name}: found {value}; allowed: above 0, up to 1")
        if not self.bits or any(bits not in STEP_UNIT for bits in (*self.bits, self.bits_outside)):
            raise SearchError(
                f"bits: found {self.bits}, outside {self.bits_outside}; allowed: {', '.join(map(str, STEP_UNIT))}"
            )
        if len(set(self.bits)) < len(self.bits):
            raise SearchError(f"bits: found {self.bits}; allowed: every candidate once")
        if self.warm_up >= self.epochs and not self.sequential:
            raise SearchError(
                f"warm_up: found {self.warm_up} of {self.epochs} epochs; allowed: fewer than epochs (the rest finds T)"
            )
        if self.sequential and self.epochs < len(STAGES):
            raise SearchError(f"epochs: found {self.epochs}; allowed for a sequential search: {len(STAGES)} or more")

    @property
    def strength(self) -> Literal["conv", "max"]:
        """`edge_strength`, decided."""
        if self.edge_strength == "auto":
            return "conv" if self.cost == "paper" else "max"
        return self.edge_strength

    @property
    def bits_outside(self) -> int:
        """Width of stem and readout while searching."""
        return 4 if self.outer_bits is None else self.outer_bits

    @property
    def keep_outside(self) -> float:
        """Fraction kept in stem and readout."""
        return self.keep if self.outer_keep is None else self.outer_keep

    def as_dict(self) -> dict[str, Any]:
        """All settings by name, as JSON holds them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
