"""Write docs/printed-counts.md: `python -m uv run python docs/make_printed_counts.py` (a minute on a quiet core).

Every network of which a log of Intel's compiler for Loihi 2 is public: its cores, ours by the rules that the logs show, ours by the
figures of loihi2, and the least that any mapping takes. Needs the lava-dl wheel, which has the weights of PilotNet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import files
from math import prod
from pathlib import Path

import numpy as np

from litesnn.compiler.graph import Conv2d, Dense, Graph, Lif, Source, SynapseBlock, SynapseFormat
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.profile import Profile, load_profile

DOCS = Path(__file__).resolve().parent
HEAD = """# Core counts beside Intel's

Written by `docs/make_printed_counts.py`. What Intel's compiler for Loihi 2 printed in the notebooks of lava-dl
([sources](sources.md)), and what LiteSNN takes for the same network with as many words of synapse memory a core:

- *Intel*: the total of the printed table.
- *intel-log*: ours by the rules that these logs show (`--rules intel-log`).
- *ours*: by the figures of `loihi2`. What lies between is better packing and assumptions, figure by figure in
  [profiles](profiles.md#under-which-rules-a-count-holds).
- *bound*: no mapping by the figures of `loihi2` takes fewer.

| network | weights | words a core | Intel | intel-log | ours | bound |
|---|---|---|---|---|---|---|
"""
FOOT = """
*Stored*: the weights that the lava-dl wheel ships, in one format of both signs per layer as the log has them.
*Printed*: not public; shapes from the log, no weight 0, and a width per layer that the printed words allow.

By the rules of the logs ours takes fewer where Intel's compiler doubles the parts of a layer until they fit: PilotNet's
first dense layer is cut into 6, then into 12, where 7 are enough; Oxford's first layer into 3, where 2 are.
"""
SOURCE = "input"


@dataclass(frozen=True)
class Layer:
    """A layer of a network whose weights are not public: (channels, height, width) and bits per weight.

    `kernel` is the side of the kernel, 0 for a fully connected layer; `stride` and `padding` by rows and columns.
    """

    shape: tuple[int, int, int]
    bits: int
    kernel: int = 0
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Network:
    """A network with a printed log: its graph for a profile, words of synapse memory a core may hold, cores printed."""

    name: str
    weights: str
    words: int
    printed: int
    graph: Callable[[Profile], Graph]


@dataclass(frozen=True)
class Row:
    """A row of the table."""

    network: Network
    by_log: int
    ours: int
    bound: int

    @property
    def text(self) -> str:
        """As a row of Markdown."""
        of = self.network
        counts = of.printed, self.by_log, self.ours, self.bound
        return f"| {of.name} | {of.weights} | {of.words:,} | " + " | ".join(map(str, counts)) + " |\n"


def row(network: Network) -> Row:
    """The counts of a network."""
    given = {"core.synapse_words": str(network.words), "chip.chips": "64"}
    own, strict = (load_profile("loihi2", given, rules) for rules in (None, "intel-log"))
    mapping = map_graph(network.graph(own), own, optimize=False)
    by_log = len(map_graph(network.graph(strict), strict, optimize=False).cores)
    return Row(network, by_log, len(mapping.cores), mapping.least_cores)


def page() -> str:
    """The page's text."""
    return HEAD + "".join(row(network).text for network in NETWORKS) + FOOT


def written(shape: tuple[int, int, int], layers: Sequence[Layer]) -> Callable[[Profile], Graph]:
    """The graph of layers one after the other, all weights 1 in formats of both signs."""

    def build(_: Profile) -> Graph:
        names = [SOURCE, *(f"layer{number}" for number in range(1, len(layers) + 1))]
        shapes = [shape, *(layer.shape for layer in layers)]
        populations: list[Source | Lif] = [Source(SOURCE, shape, tuple(range(shape[0])), shape[0], SOURCE)]
        blocks = []
        for number, layer in enumerate(layers, 1):
            (channels, _, _), before = layer.shape, shapes[number - 1]
            thresholds = np.ones(channels, np.int64)
            populations.append(
                Lif(names[number], layer.shape, tuple(range(channels)), channels, names[number], vth=thresholds)
            )
            taps = (channels, before[0], layer.kernel, layer.kernel)
            geometry = (
                Conv2d(np.ones(taps, np.int32), layer.stride, layer.padding)
                if layer.kernel
                else Dense(np.ones((channels, prod(before)), np.int32))
            )
            name = f"{names[number]}:{names[number - 1]}"
            form = SynapseFormat(layer.bits, 0, "mixed")
            blocks.append(
                SynapseBlock(name, names[number - 1], names[number], geometry, name, name, exponent=0, format=form)
            )
        return Graph.build(1, populations, blocks)

    return build


def stored(name: str) -> Callable[[Profile], Graph]:
    """The graph of a network in the lava-dl wheel, in formats of both signs."""

    def read(profile: Profile) -> Graph:
        from litesnn.jobs.networks import origin_of

        found = [file for file in files("lava-dl") or () if str(file).endswith(f"dl/netx/{name}")]
        if not found:
            raise SystemExit(f"{name}: not found in lava-dl; lava-dl 0.6.0 is in the dev group (uv sync)")
        origin = origin_of(str(found[0].locate()))
        return origin.pipeline(profile, "mixed").without("prove-ranges").run()

    return read


def dense(*sizes_and_bits: tuple[int, int]) -> list[Layer]:
    """Fully connected layers: (neurons, bits per weight) each."""
    return [Layer((neurons, 1, 1), bits) for neurons, bits in sizes_and_bits]


def yolo(channels: int, side: int, bits: int, stride: int = 1, kernel: int = 3) -> Layer:
    """A convolution on a square map; its padding keeps the size."""
    return Layer((channels, side, side), bits, kernel, (stride, stride), (kernel // 2, kernel // 2))


PILOTNET_SDNN = [
    Layer((24, 32, 99), 5, 3, (2, 2)),
    Layer((36, 15, 49), 4, 3, (2, 2)),
    Layer((48, 7, 24), 4, 3, (2, 2)),
    Layer((64, 4, 22), 5, 3, (2, 1), (1, 0)),
    Layer((64, 2, 20), 4, 3),
    *dense((100, 4), (50, 6), (10, 5), (1, 5)),
]
YOLO_KP = [
    yolo(16, 224, 4, 2),
    yolo(32, 112, 6, 2),
    yolo(64, 56, 5, 2),
    yolo(128, 28, 5, 2),
    yolo(256, 28, 5),
    yolo(256, 14, 4, 2),
    yolo(512, 14, 5),
    yolo(256, 14, 5, kernel=1),
    yolo(512, 14, 5),
    yolo(48, 14, 6, kernel=1),
]
NETWORKS = (
    Network("PilotNet LIF (pilotnet_snn)", "stored", 12000, 74, stored("gts/pilotnet_lif/network.net")),
    Network("PilotNet SDNN (pilotnet_sdnn)", "printed", 12000, 61, written((3, 66, 200), PILOTNET_SDNN)),
    Network("Oxford (oxford)", "printed", 12000, 5, written((200, 1, 1), dense((256, 8), (200, 8)))),
    Network("MNIST (mnist)", "printed", 16000, 5, written((784, 1, 1), dense((128, 8), (64, 8), (10, 8)))),
    Network("YOLO-KP (yolo_kp)", "printed", 16000, 574, written((3, 448, 448), YOLO_KP)),
)

if __name__ == "__main__":
    (DOCS / "printed-counts.md").write_text(page(), encoding="utf-8")
