"""The genotype: schema, wiring, tensors and files. The only part of the compiler that the search knows."""

from litesnn.compiler.genotype.data_record import DataKind, DataRecord
from litesnn.compiler.genotype.files import (
    LoadedGenotype,
    check_genotype_output,
    dump_genotype,
    json_schema,
    load_genotype,
    parse_genotype,
    save_genotype,
)
from litesnn.compiler.genotype.numbers import with_numbers
from litesnn.compiler.genotype.ops import OPS, Op
from litesnn.compiler.genotype.preprocessing import EventFrames, Mfcc, Preprocessing
from litesnn.compiler.genotype.quantize_input import check_integers, quantize_input, unclipped
from litesnn.compiler.genotype.records import (
    BitsRecord,
    NeedRecord,
    PruningRecord,
    SearchRecord,
    TrainingRecord,
    WeightsRef,
)
from litesnn.compiler.genotype.schema import (
    BackwardEdgeSpec,
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    NeuronReset,
    NeuronSpec,
    NodeSpec,
    QuantizerSpec,
    StemSpec,
)
from litesnn.compiler.genotype.tensors import check_steps, check_tensors, expected_tensors, has_channel_steps
from litesnn.compiler.genotype.topology import EdgePlan, NodePlan, PoolPlan, Topology, resolve

__all__ = [
    "OPS",
    "BackwardEdgeSpec",
    "BitsRecord",
    "CellSpec",
    "DataKind",
    "DataRecord",
    "EdgePlan",
    "EdgeSpec",
    "EventFrames",
    "Genotype",
    "HeadSpec",
    "InputSpec",
    "LoadedGenotype",
    "Mfcc",
    "NeedRecord",
    "NeuronReset",
    "NeuronSpec",
    "NodePlan",
    "NodeSpec",
    "Op",
    "PoolPlan",
    "Preprocessing",
    "PruningRecord",
    "QuantizerSpec",
    "SearchRecord",
    "StemSpec",
    "Topology",
    "TrainingRecord",
    "WeightsRef",
    "check_genotype_output",
    "check_integers",
    "check_steps",
    "check_tensors",
    "dump_genotype",
    "expected_tensors",
    "has_channel_steps",
    "json_schema",
    "load_genotype",
    "parse_genotype",
    "quantize_input",
    "resolve",
    "save_genotype",
    "unclipped",
    "with_numbers",
]
