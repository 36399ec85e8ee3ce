"""How a LitE-SNN search runs. Defaults are the command line's, of minutes on a CPU; `presets.py` has the paper's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from litesnn.base.errors import SearchError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.search.methods.lite.limits import check_shares, parse_memory, parse_shares
from litesnn.search.quantizer.step_units import STEP_UNIT
from litesnn.search.run.sequential import STAGES
from litesnn.search.settings.bounds import MAX_CHANNELS, MAX_SIDE
from litesnn.search.settings.shared import (
    RESET_HELP,
    ClassWeightsSetting,
    ClipNormSetting,
    NeuronReset,
    PrecisionSetting,
    SamplesSetting,
    SeedSetting,
    ThreadsSetting,
)
from litesnn.search.training.augmentation import CutoutSetting, FlipSetting, ShiftSetting


@dataclass(frozen=True)
class SearchSettings:
    """Settings of one search; all of them enter the search record. What each one is stands with it."""

    nodes: Annotated[int, Setting("Per cell (the published networks have 3).", high=64)] = 2
    channels: Annotated[int, Setting("Channels of the stem while searching.", high=MAX_CHANNELS, option=True)] = 16
    deploy_channels: Annotated[
        int, Setting("Channels of the stem in the genotype.", high=MAX_CHANNELS, option=True)
    ] = 16
    levels: Annotated[tuple[int, ...], Setting("Per cell, how often map and width have been halved and doubled.")] = (
        0,
        1,
        1,
    )
    timesteps: Annotated[int, Setting("The largest T; candidates are 1 to T.", low=1, high=MAX_SIDE)] = 4
    bits: Annotated[tuple[int, ...], Setting("Candidate weight widths of a cell.")] = (1, 2, 4)
    outer_bits: Annotated[
        int | None,
        Setting(
            "Width of stem and readout, which are not searched; none: 4, in the genotype fewer where 4 could overflow on a "
            "shipped chip."
        ),
    ] = None
    keep: Annotated[float, Setting("Fraction of weights kept, per tensor (1 - p of the paper).", above=0, high=1)] = 0.3
    outer_keep: Annotated[float | None, Setting("The same for stem and readout; none: as `keep`.", above=0, high=1)] = (
        0.5
    )
    norm: Annotated[Literal["node", "edge"], Setting("Of supernet and genotype, as the genotype means it.")] = "node"
    pool: Annotated[
        Literal["global_average", "none"], Setting("Of supernet and genotype, as the genotype means it.")
    ] = "none"
    reset: Annotated[NeuronReset, Setting(RESET_HELP, option=True)] = "zero"
    skip_as_conv: Annotated[bool, Setting("Decode every operation to conv3x3, as the authors' retraining does.")] = (
        False
    )
    edge_strength: Annotated[
        Literal["auto", "conv", "max"],
        Setting(
            "Of an edge when two are kept: conv, the probability of its convolution (the authors' program), or max, that of its "
            "likelier operation; auto: conv with the paper's cost, max with a chip's or a limit, for which an identity is worth keeping."
        ),
    ] = "auto"
    lambda_mem: Annotated[float, Setting("Price of a bit of memory.", low=0, option=True)] = 2e-7
    lambda_comp: Annotated[float, Setting("Price of a bit-operation.", low=0, option=True)] = 5e-10
    lambda_cores: Annotated[float, Setting("Price of a core of the chip that --cost names.", low=0, option=True)] = 0.0
    comp_samples: Annotated[
        int,
        Setting(
            "Samples whose operations Loss_COMP sums (the authors' program sums over its batch of 30).",
            low=1,
            high=2**16,
        ),
    ] = 30
    cost: Annotated[
        Literal["paper", "loihi1", "loihi2"],
        Setting(
            "What memory and operations cost: paper (ideal bits, Bit-SynOps), or loihi1, loihi2 (memory and cores as the compiler "
            "estimates them, operations of equal cost for all widths).",
            option=True,
        ),
    ] = "paper"
    widths: Annotated[
        tuple[float, ...],
        Setting(
            "Candidate widths of the stem and of each cell, as shares of its channels, 1 among them; with a limit below and none given: "
            "0.25,0.5,0.75,1.",
            option=True,
            parse=parse_shares,
            metavar="SHARES",
        ),
    ] = (1.0,)
    max_cores: Annotated[
        int | None,
        Setting("Cores of --profile that the network may take; what is found is estimated to fit.", low=1, option=True),
    ] = None
    max_memory: Annotated[
        int | None,
        Setting(
            "Synapse memory that it may take over all cores, as the chip encodes it: bytes, or 400KiB, 2MB, ...",
            low=1,
            high=2**40,
            option=True,
            parse=parse_memory,
            metavar="SIZE",
        ),
    ] = None
    max_latency: Annotated[
        int | None, Setting("Steps from a sample's first input to its answer that it may take.", low=1, option=True)
    ] = None
    profile: Annotated[
        str | None,
        Setting(
            "The chip of these limits: a name or a .toml file; none: loihi2 where there is a limit. With or without limits the search "
            "ends with the estimate on it.",
            option=True,
        ),
    ] = None
    lambda_budget: Annotated[float, Setting("Price of what exceeds a limit, as a part of the limit.", low=0)] = 1.0
    epochs: Annotated[
        int, Setting("Epochs; psi's warm-up is shortened where it would take them all.", low=1, option=True)
    ] = 12
    batch_size: Annotated[int, Setting("Samples per step.", low=2, high=2**16)] = 60
    lr: Annotated[float, Setting("Of weights: SGD with momentum 0.9, along a cosine.", above=0)] = 0.025
    lr_min: Annotated[float, Setting("Where the cosine ends.", low=0)] = 0.001
    weight_decay: Annotated[float, Setting("On weights.", low=0)] = 3e-4
    clip_norm: ClipNormSetting = 5.0
    alpha_lr: Annotated[float, Setting("Adam on alpha, the operations (paper: 3e-4).", above=0)] = 1e-2
    beta_lr: Annotated[float, Setting("Adam on beta, the bits (paper: 3e-4).", above=0)] = 1e-2
    score_lr: Annotated[float, Setting("Adam on the scores of weights (paper: 3e-4).", above=0)] = 1e-2
    width_lr: Annotated[float, Setting("Adam on gamma, the widths of stem and cells.", above=0)] = 1e-2
    choice_decay: Annotated[float, Setting("Weight decay on alpha, beta, gamma and scores.", low=0)] = 1e-3
    psi_lr: Annotated[float, Setting("SGD with momentum 0.9 on psi, the steps, along a cosine.", above=0)] = 0.25
    warm_up: Annotated[int, Setting("First epochs, in which psi is held uniform.", low=0)] = 2
    held_out: Annotated[
        bool,
        Setting(
            "Update choices on the half of the training set that weights do not see.",
            option=True,
            flag="--same-batch",
            off="Both steps on the same batch, as the authors' program does.",
        ),
    ] = True
    shift: ShiftSetting = 0
    flip: FlipSetting = False
    cutout: CutoutSetting = 0
    class_weights: ClassWeightsSetting = "none"
    sequential: Annotated[
        bool, Setting("Architecture, pruning, bits and T one after the other (A + P + Q + T).", option=True)
    ] = False
    samples: SamplesSetting = 4000
    precision: PrecisionSetting = "32"
    seed: SeedSetting = 0
    threads: ThreadsSetting = 0

    def __post_init__(self) -> None:
        check_settings(self, SearchError)
        if self.lambda_cores > 0 and self.cost == "paper":
            raise SearchError(
                f"lambda_cores: found {self.lambda_cores} with cost 'paper', which knows no cores; allowed: 0, or cost 'loihi1', 'loihi2'"
            )
        if not self.bits or any(bits not in STEP_UNIT for bits in (*self.bits, self.bits_outside)):
            raise SearchError(
                f"bits: found {self.bits}, outside {self.bits_outside}; allowed: {', '.join(map(str, STEP_UNIT))}"
            )
        if len(set(self.bits)) < len(self.bits):
            raise SearchError(f"bits: found {self.bits}; allowed: every candidate once")
        check_shares(self.widths)
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
            return "conv" if self.cost == "paper" and not self.limits else "max"
        return self.edge_strength

    @property
    def limits(self) -> dict[str, int]:
        """The limits that are given: `cores`, `memory` in bytes, `latency` in steps."""
        given = {"cores": self.max_cores, "memory": self.max_memory, "latency": self.max_latency}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def chip(self) -> str | None:
        """`profile`, decided; None where nothing is estimated."""
        return self.profile or ("loihi2" if self.limits else None)

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
