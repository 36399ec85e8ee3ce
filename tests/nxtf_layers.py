"""The layers of NxTF's unit test `test_compressConnections`, rebuilt: weights, lists, and their order in memory.

Facts from intel-nrc-ecosystem/models 3dc53bf: Keras draws glorot-uniform kernels with TensorFlow's Philox generator, graph seed
87654321, and an operation seed from NumPy's generator (`np.random.seed(0)`, then one `randint(10e6)` per layer). Only the
signs matter here. NxTF interleaves the targets of groups of columns that do not overlap and addresses them by
`offset + index * groups`, so that equal columns can share lists; targets are (row, column, channel), rows fastest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_matrix

from litesnn.compiler.encoding import AxonLists, ListFormat, lists_from_matrices

GRAPH_SEED = 87654321
MASK = 2**32 - 1
# (first or second offset) x (positive or negative); the exponent only keeps the offsets apart.
Register = tuple[int, ...]  # offset, index bits, skip bits, weight bits, sign
FORMATS = [ListFormat(8, sign, offset) for offset in (0, 1) for sign in ("excitatory", "inhibitory")]


def kernel_signs(layer: int, shape: tuple[int, int, int, int]) -> np.ndarray:
    """1 or -1 for each weight of the test's n-th layer; shape (kH, kW, C_in, C_out)."""
    generator = np.random.RandomState(0)
    seed = [generator.randint(10**7) for _ in range(layer + 1)][-1]
    words = np.array([_philox(block, seed) for block in range(-(-int(np.prod(shape)) // 4))]).ravel()
    return np.where(words[: int(np.prod(shape))].reshape(shape) & 2**22, 1, -1)


def _philox(block: int, seed: int) -> list[int]:
    """Philox 4x32-10 (Salmon et al. 2011) as TensorFlow seeds it."""
    counter, key = [block, 0, seed, 0], [GRAPH_SEED, 0]
    for _ in range(10):
        low, high = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [
            (high >> 32) ^ counter[1] ^ key[0],
            high & MASK,
            (low >> 32) ^ counter[3] ^ key[1],
            low & MASK,
        ]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def population_groups(signs: np.ndarray, rows: int, columns: int, core_columns: int) -> Iterator[tuple[int, AxonLists]]:
    """Per core and distinct list group: how many source columns share it, and its lists; stride 1, no padding."""
    height, width, sources, targets = signs.shape
    out_rows, out_columns = rows - height + 1, columns - width + 1
    for first in range(0, out_columns, core_columns):
        own = range(first, min(first + core_columns, out_columns))
        groups, base = _groups(own, columns, width)
        starts = np.concatenate(
            [number + len(groups) * np.arange(size * out_rows) for number, size in enumerate(groups)]
        )
        size = max(groups) * out_rows * len(groups)
        shared: dict[tuple[tuple[tuple[int, int, int, int, int], ...], ...], int] = {}
        for channel in range(sources):
            for x in base:
                lists = tuple(
                    tuple(
                        (int(starts[oy + out_rows * (ox - first)]) + size * c - base[x], y - oy, x - ox, channel, c)
                        for c in range(targets)
                        for ox in own
                        for oy in range(max(0, y - height + 1), min(out_rows, y + 1))
                        if 0 <= x - ox < width
                    )
                    for y in range(rows)
                )
                shared[lists] = shared.get(lists, 0) + 1
        for lists, users in shared.items():
            yield users, _encode_order([part for part in lists if part], len(groups), signs)


def _groups(own: range, columns: int, width: int) -> tuple[list[int], dict[int, int]]:
    """Sizes of the groups of target columns that do not overlap, and the group each source column starts from."""
    groups: list[int] = []
    base: dict[int, int] = {}
    end, started = 0, -1
    for x in range(columns):
        reached = [ox - own[0] for ox in own if 0 <= x - ox < width]
        if reached and reached[0] == end:
            groups.append(len(reached))
            end, started = reached[-1] + 1, started + 1
        elif reached and x + 1 == columns and reached[-1] >= end:
            groups.append(reached[-1] - end + 1)
        if reached:
            base[x] = started
    return groups, base


def _encode_order(lists: list[tuple[tuple[int, int, int, int, int], ...]], groups: int, signs: np.ndarray) -> AxonLists:
    """Lists of one group: targets over the number of groups, split by offset and sign."""
    synapses = [(number, index, weight) for number, part in enumerate(lists) for index, *weight in part]
    number, index = np.array([synapse[:2] for synapse in synapses]).T
    code = signs[tuple(np.array([synapse[2] for synapse in synapses]).T)]
    form, target = index % groups * 2 + (code < 0), index // groups
    matrices = [
        coo_matrix((code[form == f], (target[form == f], number[form == f])), shape=(1024, len(lists)))
        for f in range(len(FORMATS))
    ]
    return lists_from_matrices(matrices, FORMATS, atoms=len(lists))


def merge_registers(registers: set[Register], limit: int) -> dict[Register, Register]:
    """NxTF's merging of format registers down to `limit`: register -> the one it became part of.

    The two closest ones of equal offset and sign are merged, again and again, into one with the wider of each width. The
    distance of their widths (index, skip, weight) is |a - b|^2 / |a + b|^2; of equal distances the first counts.
    """
    rows = sorted(registers)
    members = [[row] for row in rows]
    while len(rows) > limit:
        pairs = [(i, j) for i in range(len(rows)) for j in range(i) if rows[i][::4] == rows[j][::4]]
        second, first = min(pairs, key=lambda pair: _distance(rows[pair[0]], rows[pair[1]]))
        widths = (max(a, b) for a, b in zip(rows[first][1:4], rows[second][1:4], strict=True))
        rows[first] = (rows[first][0], *widths, rows[first][4])
        members[first] += members.pop(second)
        del rows[second]
    return {member: row for row, group in zip(rows, members, strict=True) for member in group}


def _distance(a: Register, b: Register) -> float:
    one, other = np.array(a[1:4]), np.array(b[1:4])
    return float(((one - other) ** 2).sum() / ((one + other) ** 2).sum())
