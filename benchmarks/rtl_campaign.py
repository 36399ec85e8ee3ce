"""Random small networks through the SystemVerilog cores, spike for spike and readout for readout against the exact simulator.

python benchmarks/rtl_campaign.py --networks 200 --seed 0
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rtl_networks import Compared, compared, drawn

from litesnn.base.errors import CompileError


@dataclass
class Tally:
    """What was compared, and what was refused."""

    networks: int = 0
    different: int = 0
    spikes: int = 0
    readouts: int = 0
    cores: int = 0

    def add(self, found: Compared) -> None:
        """Count one network."""
        self.networks += 1
        self.different += not found.equal
        self.spikes += found.spikes
        self.readouts += found.readouts
        self.cores = max(self.cores, found.cores)


def main() -> int:
    """Run as many networks as asked for; 1 where any differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    tally, seen, refused = Tally(), Counter[str](), Counter[str]()
    number = arguments.seed
    while tally.networks < arguments.networks:
        try:
            network = drawn(number)
            found = compared(network)
        except CompileError as error:
            found = f"does not compile ({error})"
        if isinstance(found, str):
            refused[found.split(" (")[0]] += 1
        else:
            tally.add(found)
            seen.update(found.features)
            if not found.equal:
                print(f"network {number} differs: {network.says}")
        number += 1
    print(f"{tally}, seeds {arguments.seed}..{number - 1}")
    print("with", dict(seen.most_common()))
    print("refused", dict(refused.most_common()))
    return int(tally.different > 0)


if __name__ == "__main__":
    sys.exit(main())
