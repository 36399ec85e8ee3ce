"""Limits of a chip in the search: what the probabilities are expected to take, what exceeds a limit, and which network fits.

Expectations are of prices (`chip_prices.py`) at the width that is deployed; what is found is estimated, so that the mapper has the last
word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from rich.progress import Progress
from torch import Tensor, nn

from litesnn.base.errors import CompileError, SearchError
from litesnn.compiler.estimate import Estimate, estimate
from litesnn.compiler.genotype import Genotype, InputSpec
from litesnn.compiler.profile import load_profile
from litesnn.search.methods.lite.chip_prices import MEASURES, Prices, chip_prices
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.decode import Decoded, kept_shares, shares_of, to_genotype
from litesnn.search.methods.lite.neighbours import Worth, smaller, wider
from litesnn.search.methods.lite.plain_prices import PlainPrices
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import RelativeSizes
from litesnn.search.spaces import SpikeDhsSpace

MOST_ESTIMATES = 8
"""Networks that are estimated before the best that fits is taken."""
STRICTER = 1.05
"""How much dearer a measure becomes where what it charged let the same network pass again."""
_BYTE_BITS = 8
Charges = Mapping[str, float]
Charge = TypeVar("Charge", float, Tensor)


class Budget(nn.Module):
    """What a network may take on a chip.

    Parameters
    ----------
    space : at the width that is deployed

    Attributes
    ----------
    limits : `cores`, `memory` in bytes, `latency` in steps, those that are given
    prices : by measure, in the units of `MEASURES`
    smallest : the network that takes least, by prices; known once they are found
    """

    def __init__(self, space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> None:
        super().__init__()
        assert settings.chip is not None
        self.space, self.input_spec, self.settings = space, input_spec, settings
        self.profile = load_profile(settings.chip)
        self.limits = settings.limits
        self.sizes = RelativeSizes(space, settings.widths)
        self.prices = nn.ModuleDict({name: Prices.none(space, settings) for name in MEASURES})
        self._plain: PlainPrices | None = None

    def find_prices(self, bar: Progress | None = None) -> None:
        """Fit the prices, and see whether any network of the space fits.

        Raises
        ------
        SearchError
            If the smallest network does not fit; says what it takes.
        """
        found = chip_prices(
            self.space, self.input_spec, self.settings, bar, profile=self.profile, measures=tuple(MEASURES)
        )
        for name, prices in zip(MEASURES, found, strict=True):
            self.prices[name] = prices
        self._plain = None
        least = self.smallest()
        try:
            taken = self.estimate_of(self.genotype(least))
        except CompileError as error:
            raise SearchError(f"{self._asked()}: not even the smallest network of the space fits: {error}") from error
        if not self.holds(taken):
            raise SearchError(
                f"{self._asked()}: the smallest network of the space takes {self._said(taken)}; allowed: limits that it fits, or a smaller "
                "space (--widths, --deploy-channels, --set nodes=..., levels=...)"
            )

    def expected(self, choices: Choices) -> dict[str, Tensor]:
        """What the probabilities are expected to take: cores, memory in bytes, latency in steps, neurons."""
        ops = choices.ops()
        if choices.held_ops is None:
            ops = ops * kept_shares(self.space, ops, self.settings.strength)[:, None]
        steps = choices.steps()
        return self._charges(
            ops,
            choices.bits(),
            choices.channels(),
            (steps * torch.arange(1, len(steps) + 1, device=steps.device)).sum(),
        )

    def excess(self, expected: Mapping[str, Tensor]) -> Tensor:
        """What exceeds the limits, as parts of them, summed."""
        total = expected["cores"].new_zeros(())
        for name, limit in self.limits.items():
            total = total + (expected[name] / limit - 1).clamp_min(0)
        return total

    def priced(self, network: Decoded) -> dict[str, float]:
        """What a network takes by prices."""
        if self._plain is None:
            self._plain = PlainPrices(dict(self.prices.items()), self.sizes, self.settings)  # type: ignore[arg-type]
        by = self._plain.of(network)
        return _named(by["cores"], by["memory"], by["depth"] + network.timesteps, by["neurons"])

    def within(self, choices: Choices, likeliest: Decoded, dearer: Charges | None = None) -> Decoded:
        """The network near the likeliest that fits by prices, times `dearer` of each measure, as wide as there is room; the smallest that is
        reached where none fits."""
        factors = dearer or {}

        def excess(network: Decoded) -> float:
            priced = self.priced(network)
            return sum(max(0.0, priced[n] * factors.get(n, 1.0) / limit - 1) for n, limit in self.limits.items())

        worth = Worth(self.space, choices, self.settings)
        return wider(smaller(likeliest, worth, excess), worth, excess)

    def fitting(
        self, choices: Choices, likeliest: Decoded, genotype: Callable[[Decoded], Genotype]
    ) -> tuple[Decoded, Estimate]:
        """The widest network found that the estimate says to fit, and of equally wide ones the likeliest.

        Where it says other than the prices did, prices become dearer or cheaper by as much, and another network is looked for.
        """
        worth = Worth(self.space, choices, self.settings)
        seen: dict[Decoded, Estimate | None] = {}
        dearer = dict.fromkeys(self.limits, 1.0)
        while len(seen) < MOST_ESTIMATES:
            network = self.within(choices, likeliest, dearer)
            if network in seen:
                found = seen[network]
                if found is not None and self.holds(found):
                    break
                if max(dearer.values()) > 100:
                    break
                dearer = {name: factor * STRICTER for name, factor in dearer.items()}
                continue
            try:
                found = seen[network] = self.estimate_of(genotype(network))
            except CompileError:
                seen[network] = None
                dearer = {name: factor * STRICTER for name, factor in dearer.items()}
                continue
            priced = self.priced(network)
            dearer = {name: self.taken(found)[name] / max(priced[name], 1e-9) for name in self.limits}
        fitting = {network: found for network, found in seen.items() if found is not None and self.holds(found)}
        if fitting:
            best = max(fitting, key=lambda network: (sum(shares_of(network)), worth.of(network)))
            found = fitting[best]
            assert found is not None
            return best, found
        least = self.smallest()
        return least, self.estimate_of(genotype(least))

    def smallest(self) -> Decoded:
        """The network that takes least of what is limited, by prices: from the first of every choice, whatever saves."""
        settings = self.settings
        any_choices = Choices(
            edges=len(self.space.edges),
            cells=len(self.space.levels),
            widths=len(settings.bits),
            timesteps=settings.timesteps,
            generator=torch.Generator().manual_seed(settings.seed),
            shares=len(settings.widths),
        )
        worth = Worth(self.space, any_choices, settings)
        return smaller(
            worth.likeliest(), worth, lambda n: sum(self.priced(n)[name] / x for name, x in self.limits.items())
        )

    def genotype(self, network: Decoded) -> Genotype:
        """An untrained genotype of the network."""
        return to_genotype(network, self.space, self.input_spec, self.settings, "estimated")

    def estimate_of(self, genotype: Genotype) -> Estimate:
        """What a genotype takes."""
        return estimate(genotype, self.profile)

    @staticmethod
    def taken(found: Estimate) -> dict[str, float]:
        """An estimate in the units of limits."""
        return {"cores": found.cores, "memory": found.synapse_bytes, "latency": found.latency}

    def holds(self, found: Estimate) -> bool:
        """Whether all limits hold."""
        taken = self.taken(found)
        return all(taken[name] <= limit for name, limit in self.limits.items())

    def _charges(self, kept: Tensor, bits: Tensor, channels: Tensor, steps: Tensor) -> dict[str, Tensor]:
        sizes = self.sizes(channels)
        by = {name: prices(kept, bits, sizes) for name, prices in self.prices.items()}
        return _named(by["cores"], by["memory"], by["depth"] + steps, by["neurons"])

    def _asked(self) -> str:
        return (
            ", ".join(f"max_{name}: found {limit}" for name, limit in self.limits.items()) + f" on {self.profile.name}"
        )

    def _said(self, found: Estimate) -> str:
        taken = self.taken(found)
        return ", ".join(f"{taken[name]:,.0f} {UNITS[name]}" for name in self.limits)


def _named(cores: Charge, memory: Charge, latency: Charge, neurons: Charge) -> dict[str, Charge]:
    """Charges under the names of limits and in their units; memory comes in bits."""
    return {"cores": cores, "memory": memory / _BYTE_BITS, "latency": latency, "neurons": neurons}


UNITS = {"cores": "core(s)", "memory": "bytes of synapse memory", "latency": "steps of latency"}
