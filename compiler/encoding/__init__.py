"""Synapse memory as the chip encodes it: axon lists, their encodings, what they cost, and the image itself.

`encode_cost(lists, profile)` counts, `encode` and `decode` write and read the bits, `group_cost` and `core_lists` start from
the blocks of a graph. The rule is the profile's: Loihi 1's is CONFIRMED, Loihi 2's INFERRED (see `rule`).
"""

from litesnn.compiler.encoding.blocks import axon_list_bits, core_lists, group_cost, neuron_lists, stored_whole
from litesnn.compiler.encoding.choose import ENCODINGS, Candidates, Choice
from litesnn.compiler.encoding.cost import EncodedCost, encode_cost, list_words
from litesnn.compiler.encoding.decode import StoredSynapses, decode
from litesnn.compiler.encoding.image import MemoryImage, encode, encode_together
from litesnn.compiler.encoding.lists import AxonLists, ListFormat, list_format, lists_from_matrices
from litesnn.compiler.encoding.registers import Register
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.set_up import SetUp
from litesnn.compiler.encoding.shared_kernel import PopulationLists, Tile, kernel_rows, population_lists
from litesnn.compiler.encoding.together import choose, choose_together

__all__ = [
    "ENCODINGS",
    "AxonLists",
    "Candidates",
    "Choice",
    "EncodedCost",
    "ListFormat",
    "ListRule",
    "MemoryImage",
    "PopulationLists",
    "Register",
    "SetUp",
    "StoredSynapses",
    "Tile",
    "axon_list_bits",
    "choose",
    "choose_together",
    "core_lists",
    "decode",
    "encode",
    "encode_cost",
    "encode_together",
    "group_cost",
    "kernel_rows",
    "list_format",
    "list_words",
    "lists_from_matrices",
    "neuron_lists",
    "population_lists",
    "stored_whole",
]
