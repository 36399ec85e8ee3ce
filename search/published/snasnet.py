"""SNASNet and LightSNN: one cell of four nodes, used twice, in SNASNet's macro skeleton -> genotype.

SNASNet gives a connection matrix of operation numbers; LightSNN the same by position in its list of operations, or the
architecture parameters its pruning ends with (one operation left per edge "target<-source", sorted by that name).
"""

from __future__ import annotations

from math import exp

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import CellSpec, EdgeSpec, Genotype, HeadSpec, NodeSpec, StemSpec
from litesnn.compiler.genotype.schema import OpName
from litesnn.search.published.arrays import Arrays, rows, shape_of, whole
from litesnn.search.published.connection_matrix import matrix_nodes
from litesnn.search.published.dhs_cells import pick
from litesnn.search.published.kind import Kind
from litesnn.search.published.literals import Value
from litesnn.search.published.nasbench import cell_matrix, is_cell
from litesnn.search.published.settings import COMMON, Settings
from litesnn.search.spaces.connections import Operations

SNASNET_OPERATIONS: tuple[tuple[str, OpName | None], ...] = (
    ("zeroize", None),
    ("skip", "skip"),
    ("conv1x1", "conv1x1"),
    ("conv3x3", "conv3x3"),
    ("avgpool3x3", "avgpool3x3"),
)
LIGHTSNN_OPERATIONS: dict[str, OpName | None] = {
    "none": None,
    "skip_connect": "skip",
    "nor_conv_1x1": "conv1x1",
    "nor_conv_3x3": "conv3x3",
    "pool_3x3": "maxpool3x3",
}
MATRICES = ("cnt_mat", "con_mat", "connection_matrix", "")
PARAMETERS = ("arch_param", "arch_parameters", "alphas")
NODES = 4
LIVE = 0.01
"""An operation is live where the softmax over its edge's parameters exceeds this (LightSNN's code)."""
_CELL_ANALOG = (
    "the published cells sum analog values and spike before each convolution; here every node spikes after its sum, pooled maps "
    "included: the same wiring, to be trained, not the same function"
)

_NASBENCH = (
    "a cell of NAS-Bench-201 in SNASNet's network: two cells instead of fifteen, and spiking neurons behind its sums"
)


def recognizes_matrix(arrays: Arrays) -> bool:
    """A square matrix of four nodes, its four rows as digits, or a cell of NAS-Bench-201."""
    found = _matrix(arrays)
    return found is not None and (is_cell(found[1]) or shape_of(_digits(found[1])) == (NODES, NODES))


def recognizes_parameters(arrays: Arrays) -> bool:
    """Architecture parameters by name."""
    return pick(arrays, *PARAMETERS) is not None


def build_snasnet(arrays: Arrays, name: str, settings: Settings) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype of a SNASNet."""
    found = _matrix(arrays)
    if found is None:
        raise GenotypeError(
            f"SNASNet arrays: found {', '.join(arrays) or 'nothing'}; wanted: cnt_mat, a matrix of 4 rows"
        )
    matrix = cell_matrix(found[1]) if is_cell(found[1]) else found[1]
    operations = read_matrix(found[0] or "connection matrix", matrix, SNASNET_OPERATIONS)
    pooled = NodeSpec(inputs=(EdgeSpec(source="n0", op="avgpool2x2"),), stride=2)
    genotype, notes = _network(operations, name, settings, pooled)
    return genotype, (*notes, _NASBENCH) if is_cell(found[1]) else notes


def _matrix(arrays: Arrays) -> tuple[str, Value] | None:
    """The connection matrix by its name, or the one array that there is, if it looks like one."""
    alone = arrays.items() if len(arrays) == 1 else ()
    looking = ((key, value) for key, value in alone if is_cell(value) or shape_of(_digits(value)) == (NODES, NODES))
    return pick(arrays, *MATRICES) or next(looking, None)


def build_lightsnn(arrays: Arrays, name: str, settings: Settings) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype of a LightSNN; spikes are pooled by their maximum."""
    for operation in settings.operations:
        if operation not in LIGHTSNN_OPERATIONS:
            raise GenotypeError(f"--operations: found '{operation}'; allowed: {', '.join(LIGHTSNN_OPERATIONS)}")
    numbered = tuple((operation, LIGHTSNN_OPERATIONS[operation]) for operation in settings.operations)
    parameters = pick(arrays, *PARAMETERS)
    matrix = _matrix(arrays)
    if parameters is not None:
        operations = read_parameters(*parameters, numbered)
    elif matrix is not None:
        operations = read_matrix(matrix[0] or "connection matrix", matrix[1], numbered)
    else:
        found = ", ".join(arrays) or "nothing"
        raise GenotypeError(f"LightSNN arrays: found {found}; wanted: arch_param, or a connection matrix of 4 rows")
    return _network(operations, name, settings, NodeSpec(inputs=(EdgeSpec(source="n0", op="skip", pool=2),), stride=1))


def read_matrix(name: str, value: Value, numbered: tuple[tuple[str, OpName | None], ...]) -> Operations:
    """`operations[source][target]` of a connection matrix; a wrong number is refused with the edge and the allowed set."""
    value = _digits(value)
    if shape_of(value) != (NODES, NODES):
        raise GenotypeError(f"{name}: found shape {shape_of(value) or 'ragged'}; allowed: ({NODES}, {NODES})")
    allowed = ", ".join(f"{index} ({operation})" for index, (operation, _) in enumerate(numbered))
    operations: Operations = []
    for source, row in enumerate(rows(value)):
        operations.append([])
        for target, item in enumerate(row):
            place = f"{name}[{source}][{target}] (both cells, edge x{source} -> x{target})"
            said = "0 on the diagonal" if source == target else allowed
            number = whole(item, place, said)
            if not 0 <= number < (1 if source == target else len(numbered)):
                raise GenotypeError(f"{place}: found {number}; allowed: {said}")
            operations[-1].append(None if source == target else numbered[number][1])
    return operations


def read_parameters(name: str, value: Value, numbered: tuple[tuple[str, OpName | None], ...]) -> Operations:
    """`operations[source][target]` of architecture parameters (edges, operations), flat or not, 12 edges or 6 without feedback."""
    width = len(numbered)
    if shape_of(value)[:1] == (1,) and isinstance(value, list):
        value = value[0]
    if len(shape_of(value)) == 1 and isinstance(value, list) and len(value) % width == 0:
        value = [list(value[first : first + width]) for first in range(0, len(value), width)]
    keys = sorted(f"{i}<-{j}" for i in range(NODES) for j in range(NODES) if i != j)
    forward = [key for key in keys if key[0] > key[-1]]
    if shape_of(value) not in ((len(keys), width), (len(forward), width)):
        raise GenotypeError(
            f"{name}: found shape {shape_of(value) or 'ragged'}; allowed: ({len(keys)}, {width}), or ({len(forward)}, {width}) "
            f"without feedback, a column for each of {', '.join(o for o, _ in numbered)} (--operations)"
        )
    operations: Operations = [[None] * NODES for _ in range(NODES)]
    for key, row in zip(keys if len(rows(value)) == len(keys) else forward, rows(value), strict=True):
        live = _live(row, f"{name} (both cells, edge {key})")
        if len(live) != 1:
            left = ", ".join(numbered[index][0] for index in live)
            raise GenotypeError(
                f"{name} (both cells, edge {key}): found {len(live)} operations left ({left}); allowed: 1"
            )
        operations[int(key[-1])][int(key[0])] = numbered[live[0]][1]
    return operations


def _live(row: list[Value], place: str) -> list[int]:
    values = []
    for item in row:
        if not isinstance(item, int | float) or item != item or abs(item) == float("inf"):
            raise GenotypeError(f"{place}: found {item!r}; allowed: finite numbers")
        values.append(float(item))
    weights = [exp(value - max(values)) for value in values]
    return [index for index, weight in enumerate(weights) if weight / sum(weights) > LIVE]


def _digits(value: Value) -> Value:
    """Rows given as strings of digits, ["0303", "0030", ...], as lists."""
    if isinstance(value, list) and value and all(isinstance(row, str) and row.isdecimal() for row in value):
        return [list(map(int, str(row))) for row in value]
    if shape_of(value) == (NODES,) and isinstance(value, list) and all(isinstance(row, int) for row in value):
        return [list(map(int, f"{row:0{NODES}d}")) for row in value]
    return value


def _network(
    operations: Operations, name: str, settings: Settings, pooled: NodeSpec
) -> tuple[Genotype, tuple[str, ...]]:
    """Stem, cell, convolution to twice the width and halving, cell, halving, dense hidden layer, classes."""
    nodes, backward, dropped = matrix_nodes(operations)
    width, bits, keep = settings.channels, settings.bits, settings.keep
    common = {"bits": bits, "keep": keep, "output": "last"}
    widen = NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),))
    halve = pooled.model_copy(update={"inputs": (pooled.inputs[0].model_copy(update={"source": "s1"}),)})
    hidden = NodeSpec(inputs=(EdgeSpec(source="s1", op="dense"),))
    genotype = Genotype(
        name=name,
        input=settings.input_spec(),
        timesteps=settings.timesteps,
        neuron=settings.neuron().model_copy(
            update={"surrogate": "arctangent", "surrogate_temperature": 2 / settings.threshold}
        ),
        norm=settings.norm,
        stem=StemSpec(channels=width, bits=bits, keep=keep),
        cells=(
            CellSpec(channels=width, nodes=nodes, backward=backward, **common),
            CellSpec(channels=2 * width, nodes=(widen, pooled), **common),
            CellSpec(channels=2 * width, nodes=nodes, backward=backward, **common),
            CellSpec(channels=2 * width, nodes=(halve,), **common),
            CellSpec(channels=settings.hidden, nodes=(hidden,), **common),
        ),
        head=HeadSpec(classes=settings.classes, pool="none", bits=bits, keep=keep, bias=True),
    )
    return genotype, (
        *dropped,
        _CELL_ANALOG,
        f"the published weights are floating point: all are {bits}-bit here (--bits)",
        "voting over several outputs per class is a mean of linear outputs: one output per class takes its place",
    )


_NO_WEIGHTS = (
    "SNASNet's and LightSNN's cells pass analog sums through skips and pools, which spikes cannot carry; leave --weights out and "
    "train the imported genotype: litesnn train GENOTYPE --dataset NAME"
)
_DEFAULTS = Settings(channels=256, timesteps=5, decay=0.25, threshold=4 / 3, norm="node")
_TAKES = COMMON | {"bits", "keep", "hidden"}
SNASNET = Kind(
    title="SNASNet",
    names="cnt_mat, a 4 x 4 connection matrix",
    defaults=_DEFAULTS,
    takes=_TAKES,
    recognizes=recognizes_matrix,
    build=build_snasnet,
    weights=_NO_WEIGHTS,
)
LIGHTSNN = Kind(
    title="LightSNN",
    names="arch_param, or a connection matrix",
    defaults=_DEFAULTS,
    takes=_TAKES | {"operations"},
    recognizes=recognizes_parameters,
    build=build_lightsnn,
    weights=_NO_WEIGHTS,
)
