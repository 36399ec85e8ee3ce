"""What a network would cost on a chip, without simulating it and, for a genotype, before it is trained."""

from __future__ import annotations

import os

from litesnn.compiler.estimate import DEFAULT_RATE, Estimate
from litesnn.compiler.estimate import estimate as estimate_genotype
from litesnn.compiler.genotype import Genotype
from litesnn.compiler.profile import Profile, load_profile
from litesnn.jobs.networks import Network, origin_of


def estimate(
    network: Network | Genotype,
    profile: str | os.PathLike[str] | Profile = "loihi2",
    *,
    rate: float = DEFAULT_RATE,
    seed: int = 0,
    by_rules: bool = False,
) -> Estimate:
    """Estimate what a network costs; one with weights is estimated with its own.

    Parameters
    ----------
    network : a genotype, trained or not, or a file of another tool: as a path or loaded; or the document of a genotype alone
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    rate : assumed spikes per neuron and step
    seed : of the weights of a genotype that has none
    by_rules : count the cores by the rule sets of the profile too, which maps again for each

    Raises
    ------
    LiteSNNError
        For a malformed network or profile; if it breaks a rule of the chip, or one neuron does not fit a core.
    """
    target = profile if isinstance(profile, Profile) else load_profile(profile)
    if isinstance(network, Genotype):
        return estimate_genotype(network, target, rate=rate, seed=seed, by_rules=by_rules)
    return origin_of(network).estimate(target, rate, seed, by_rules=by_rules)
