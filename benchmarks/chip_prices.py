"""How well the chip cost of a search follows the compiler: prices against estimates, on networks that the prices were not made from.

Beside it stands the model size as the paper counts it, which is what a search without prices would go by. Correlation is Pearson's; errors are means of
absolute differences, relative to the mean estimate; the spread is that of the estimates themselves (what a constant would miss).

python benchmarks/chip_prices.py [--chips loihi1 loihi2] [--networks 30] [--shape 1 14 14] [--set NAME=VALUE ...]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from litesnn.compiler.accounting import model_size
from litesnn.compiler.genotype import InputSpec, resolve
from litesnn.search.methods.lite import preset
from litesnn.search.methods.lite.chip_prices import charges_of, chip_prices, random_networks
from litesnn.search.methods.lite.decode import certain, to_genotype
from litesnn.search.methods.lite.widths import RelativeSizes
from litesnn.search.settings.overrides import assigned, with_settings
from litesnn.search.spaces import SpikeDhsSpace


def main() -> None:
    """A row per chip and charge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chips", nargs="+", default=["loihi1", "loihi2"])
    parser.add_argument("--networks", type=int, default=30, help="that the prices have not seen")
    parser.add_argument("--shape", type=int, nargs=3, default=[1, 14, 14], metavar=("C", "H", "W"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of the preset tiny")
    options = parser.parse_args()
    torch.set_num_threads(1)
    small = {"nodes": "3", "channels": "12", "deploy_channels": "12"}
    given = small | assigned(options.set, "bits=1,2,4")
    spec = InputSpec(shape=tuple(options.shape))
    print(f"{'':>16}  mean        spread   price: r  error    model size: r   seconds to fit")
    for chip in options.chips:
        settings = with_settings(preset("tiny"), {**given, "cost": chip})
        space = SpikeDhsSpace(
            input_shape=spec.shape, classes=10, nodes=settings.nodes, channels=settings.channels, levels=settings.levels
        )
        start = time.perf_counter()
        prices = chip_prices(space, spec, settings)
        seconds = time.perf_counter() - start
        drawn = list(random_networks(space, settings, options.networks, settings.seed + 1))
        unseen, found = charges_of(drawn, space, spec, settings)
        charges, sizes_of = found.numpy(), RelativeSizes(space, settings.widths)
        paid = []
        for network in unseen:
            ops, bits, channels = certain(network, space, settings)
            paid.append((ops, bits, sizes_of(channels)))
        genotypes = [to_genotype(network, space, spec, settings, "unseen") for network in unseen]
        sizes = np.array([model_size(resolve(genotype), genotype.norm) for genotype in genotypes])
        for name, price, counted in zip(("memory, bits", "cores"), prices, charges.T, strict=True):
            priced = np.array([float(price(*parts)) for parts in paid])
            mean = counted.mean()
            spread, error = (np.abs(counted - other).mean() / mean for other in (mean, priced))
            by_price, by_size = (f"{np.corrcoef(x, counted)[0, 1]:.2f}" if spread else "-" for x in (priced, sizes))
            row = f"{mean:<10.4g}  {spread:<7.1%}  {by_price:>8}  {error:<7.1%}  {by_size:>13}   {seconds:.0f}"
            print(f"{chip + ' ' + name:>16}  {row}", flush=True)


if __name__ == "__main__":
    main()
