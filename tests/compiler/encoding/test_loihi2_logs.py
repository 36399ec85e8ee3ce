"""What Intel's compiler printed for Loihi 2 in the lava-dl notebooks (docs/sources.md): words per list and per layer.

The tables print words per core averaged over a layer's cores, or a layer's words before it is split. Oxford's weights have 8
bits; PilotNet's are read from the network that the lava-dl wheel ships.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from written_nets import intel

from litesnn.compiler.encoding import (
    AxonLists,
    ListFormat,
    ListRule,
    Tile,
    core_lists,
    decode,
    encode,
    encode_cost,
    kernel_rows,
    lists_from_matrices,
)
from litesnn.compiler.graph import Conv2d, Graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.jobs.networks import origin_of

RULE = ListRule.of(load_profile("loihi2"))
INTEL = load_profile(
    "loihi2", {"list_encodings": "dense", "dense_span": "targets", "kernel_row_channels": "power_of_two"}
)


def full(lists: int, targets: int, weight_bits: int) -> AxonLists:
    return lists_from_matrices([csr_matrix(np.ones((targets, lists), np.int32))], [ListFormat(weight_bits, "mixed")])


@pytest.mark.parametrize(
    ("lists", "targets", "weight_bits", "words"),
    [
        (200, 256, 8, 16200),  # oxford/run.ipynb: violation, allocation=16200
        (256, 200, 8, 16128),  # oxford/run.ipynb: violation, allocation=16128; then 8064 on each of 2 cores
        (2560, 100, 3, 61440),  # pilotnet_snn/benchmark.ipynb: violation, allocation=61440
        (2560, 17, 3, 12800),  # the same, after a split by 6
        (100, 50, 4, 1300),  # pilotnet_snn/benchmark.ipynb, table
        (10, 1, 8, 10),  # pilotnet_snn/benchmark.ipynb, table
    ],
)
def test_dense_layers(lists: int, targets: int, weight_bits: int, words: int) -> None:
    layer = full(lists, targets, weight_bits)
    assert encode_cost(layer, RULE, only=["dense"]).words == words
    assert encode_cost(layer, RULE).words <= words


def test_a_dense_layer_split_over_twelve_cores() -> None:
    """pilotnet_snn/benchmark.ipynb: 100 targets as 11 cores of 9 and one of 1, 7253 words per core on average."""
    total = sum(encode_cost(full(2560, size, 3), RULE, only=["dense"]).words for size in [9] * 11 + [1])
    assert total // 12 == 7253


@pytest.mark.parametrize("weight_bits", range(1, 9))
def test_dense_lists_have_one_header_and_twelve_index_bits(weight_bits: int) -> None:
    for targets in range(1, 257):
        words = encode_cost(full(1, targets, weight_bits), RULE, only=["dense"]).words
        assert words == -(-(targets * (weight_bits + 12) + 10) // 64)


def test_zeros_inside_are_charged_by_dense_lists_and_skipped_by_the_others() -> None:
    codes = np.zeros((256, 1), np.int32)
    codes[[0, 100, 255]] = 1
    lists = lists_from_matrices([csr_matrix(codes)], [ListFormat(8, "mixed")])
    assert encode_cost(lists, RULE, only=["dense"]).words == 81
    assert encode_cost(lists, RULE).words == 2


@pytest.fixture(scope="module")
def pilotnet() -> Graph:
    """PilotNet (LIF) with its weights as netx stores them, one format of both signs per layer."""
    target = load_profile("loihi2")
    return origin_of(intel("gts/pilotnet_lif/network.net")).pipeline(target, "mixed").up_to("assign-formats").run()


def words(graph: Graph, layer: str, profile: Profile, channels: int, first: int = 0) -> int:
    """Words of a layer's lists on a core that holds some of its channels, from the stored weights."""
    rule, blocks, shape = ListRule.of(profile), graph.into(layer), graph[layer].shape
    tile = Tile((first, first + channels), (0, shape[1]), (0, shape[2]))
    return sum(
        encode_cost(part, rule).words for part in core_lists(blocks, graph[blocks[0].source].shape, shape, tile, rule)
    )


# pilotnet_snn/benchmark.ipynb, table: layer -> (channels on a core, its bits per weight, words printed)
PRINTED = {
    "layer1": (24, 5, 81),
    "layer2": (36, 4, 864),
    "layer3": (48, 4, 1620),
    "layer4": (64, 4, 2160),
    "layer5": (64, 4, 2880),
    "layer8": (50, 4, 1300),
    "layer9": (10, 5, 150),
    "layer10": (1, 6, 10),
}


@pytest.mark.parametrize(("layer", "printed"), PRINTED.items(), ids=PRINTED)
def test_the_printed_words_follow_from_the_stored_weights(
    pilotnet: Graph, layer: str, printed: tuple[int, int, int]
) -> None:
    """A row and an axon per power of two of channels; lists of all targets, though a fifth of the weights of most layers is 0."""
    channels, weight_bits, expected = printed
    (block,) = pilotnet.into(layer)
    assert block.format is not None
    assert block.format.num_weight_bits == weight_bits
    assert words(pilotnet, layer, INTEL, channels) == expected
    assert words(pilotnet, layer, load_profile("loihi2"), channels) <= expected


def test_the_layer_on_twelve_cores_too_though_three_quarters_of_its_weights_are_zero(pilotnet: Graph) -> None:
    """100 targets as 11 cores of 9 and one of 1: 7253 words per core on average; 61440 on one core, 12800 with 17 targets."""
    sizes = [(first, min(9, 100 - first)) for first in range(0, 100, 9)]
    total = sum(words(pilotnet, "layer7", INTEL, size, first) for first, size in sizes)
    assert total // len(sizes) == 7253
    assert words(pilotnet, "layer7", INTEL, 100) == 61440
    assert words(pilotnet, "layer7", INTEL, 17) == 12800


@pytest.mark.parametrize("layer", ["layer3", "layer8"])
def test_lists_of_all_targets_and_rows_of_powers_of_two_read_back_as_the_weights(pilotnet: Graph, layer: str) -> None:
    """Rows of a layer come one part of the channels after the other: 32 and 16 of 48."""
    (block,) = pilotnet.into(layer)
    rule, shape, source = ListRule.of(INTEL), pilotnet[layer].shape, pilotnet[block.source].shape
    parts = core_lists([block], source, shape, Tile.whole(shape), rule)
    assert [part.width for part in parts] == ([32, 16] if layer == "layer3" else [50])
    read = [decode(encode(part, rule)) for part in parts]
    columns = [np.zeros((part.width, len(part)), np.int32) for part in parts]
    for found, column in zip(read, columns, strict=True):
        column[found.target, found.list] = found.code
    assert np.array_equal(np.concatenate(columns).reshape(block.geometry.codes.shape), block.geometry.codes)


def test_a_layer_on_three_cores_prints_less_than_ten_header_bits_explain() -> None:
    """oxford/run.ipynb: 256 targets on 3 cores print 5400 words on average; headers of 2 to 8 bits would give that."""
    sizes = (86, 86, 84)
    total = sum(encode_cost(full(200, size, 8), RULE, only=["dense"]).words for size in sizes)
    assert total // len(sizes) == 5533
    for header, expected in ((8, 5400), (9, 5533)):
        rule = ListRule.of(load_profile("loihi2", {"list_header_bits": str(header)}))
        found = sum(encode_cost(full(200, size, 8), rule, only=["dense"]).words for size in sizes)
        assert found // len(sizes) == expected


@pytest.mark.parametrize(
    ("sources", "channels", "weight_bits", "printed"),
    [
        (3 * 9, 16, 4, 54),
        (16 * 9, 32, 6, 576),
        (32 * 9, 64, 5, 1728),
        (64 * 9, 128, 5, 6336),
        (128 * 9, 128, 5, 12672),
        (256 * 9, 64, 4, 11520),
        (256 * 9, 64, 5, 13824),
        (512, 256, 5, 10752),
        (512, 48, 6, 3072),
    ],
)
def test_rows_of_a_larger_network_print_what_some_width_gives(
    sources: int, channels: int, weight_bits: int, printed: int
) -> None:
    """yolo_kp/run.ipynb: percentages of 16000 words, the channels of a core; the widths are not public, each is one that fits."""
    kernel = Conv2d(np.ones((channels, sources, 1, 1), np.int32), 1, 0)
    rule, form = ListRule.of(INTEL), [ListFormat(weight_bits, "mixed")]
    parts = [kernel_rows([kernel], form, (sources, 8, 8), part) for part in rule.row_parts((0, channels))]
    assert sum(encode_cost(part, rule).words for part in parts) == printed
