"""What a network would cost on a chip, without simulating it and, for a genotype, before it is trained."""

from __future__ import annotations

import json
from collections.abc import Mapping

from litesnn.compiler.estimate import DEFAULT_RATE, Estimate
from litesnn.compiler.estimate import estimate as estimate_genotype
from litesnn.compiler.genotype import Genotype, parse_genotype
from litesnn.compiler.profile import load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.jobs.networks import Network, origin_of


def estimate(
    network: Network,
    profile: AnyProfile = "loihi2",
    *,
    rate: float = DEFAULT_RATE,
    seed: int = 0,
    by_rules: bool = False,
) -> Estimate:
    """Estimate what a network costs; one with weights is estimated with its own.

    Parameters
    ----------
    network : a genotype, trained or not, or a file of another tool: as a path or loaded; or the document of a genotype alone, which is taken
        to have no weights
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    rate : assumed spikes per neuron and step
    seed : of the weights of a genotype that has none
    by_rules : count the cores by the rule sets of the profile too, which maps again for each

    Raises
    ------
    LiteSNNError
        For a malformed network or profile; if it breaks a rule of the chip, or one neuron does not fit a core.
    """
    target = load_profile(profile)
    if isinstance(network, Mapping):
        network = parse_genotype(json.dumps(network).encode(), "genotype")
    if isinstance(network, Genotype):  # whatever weights it names: what a search estimates has none
        return estimate_genotype(network, target, rate=rate, seed=seed, by_rules=by_rules)
    return origin_of(network).estimate(target, rate, seed, by_rules=by_rules)
