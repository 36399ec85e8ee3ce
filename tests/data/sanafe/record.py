"""Records what SANA-FE 2.2.9 computes for the networks of this folder: `python record.py` in an environment that has it.

NAME.spikes.json: groups in order, with the steps at which each neuron spiked, of STEPS steps.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STEPS = 40
CHIPS = {"delays": "chip_delays.yaml"}


def record(path: Path) -> dict[str, list[list[int]]]:
    """The steps at which each neuron of each group spiked."""
    import sanafe

    architecture = sanafe.load_arch(str(path.with_name(CHIPS.get(path.stem, "chip.yaml"))))
    network = sanafe.load_net(str(path), architecture)
    sizes = {name: len(group) for name, group in network.groups.items()}
    chip = sanafe.SpikingChip(architecture)
    chip.load(network)
    trace: Any = chip.sim(STEPS, timing_model="simple", spike_trace=True)["spike_trace"]
    spikes: dict[str, list[list[int]]] = {name: [[] for _ in range(size)] for name, size in sizes.items()}
    for step, addresses in enumerate(trace):
        for address in addresses:
            name, _, neuron = str(address).rpartition(".")
            spikes[name][int(neuron)].append(step)
    return dict(sorted(spikes.items()))


def main() -> None:
    """All networks beside this file."""
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        if not path.stem.startswith("chip"):
            path.with_suffix(".spikes.json").write_text(json.dumps(record(path)) + "\n")


if __name__ == "__main__":
    main()
