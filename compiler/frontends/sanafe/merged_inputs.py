"""One input: where several groups are of `input` neurons, they become one group in their order, since samples are one array."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from litesnn.compiler.frontends.sanafe.description import AllToAll, Connection, Convolution, Description, Group, Pairs
from litesnn.compiler.frontends.sanafe.somas import model_of
from litesnn.compiler.frontends.sanafe.units import INPUT, Units


def with_one_input(found: Description, units: Units | None) -> Description:
    """The same network with at most one group of input neurons, under the first one's name."""
    inputs = [group for group in found.groups.values() if model_of(group, units) == INPUT]
    if len(inputs) < 2:
        return found
    first, place = inputs[0].name, inputs[0].place
    offsets = dict(zip((g.name for g in inputs), np.cumsum([0, *(g.size for g in inputs)]).tolist(), strict=False))
    neurons = [neuron for group in inputs for neuron in group.neurons]
    one = Group(first, place, neurons, [unit for group in inputs for unit in group.units])
    groups = {
        name: one if name == first else group
        for name, group in found.groups.items()
        if name == first or name not in offsets
    }
    connections = tuple(_moved(connection, offsets, first) for connection in found.connections)
    return replace(found, groups=groups, connections=connections)


def _moved(connection: Connection, offsets: dict[str, int], name: str) -> Connection:
    """A connection that starts at the one input, if it did at one of those that became it."""
    if connection.target in offsets:
        connection.place.refuse(f"'{connection.target}' is an input, which takes no spikes")
    if connection.source not in offsets:
        return connection
    pairs = _as_pairs(connection)
    return replace(pairs, source=name, pre=pairs.pre + offsets[connection.source])


def _as_pairs(connection: Connection) -> Pairs:
    common = (connection.source, connection.target, connection.place)
    if isinstance(connection, AllToAll):
        post, pre = np.nonzero(connection.weight)
        return Pairs(
            *common, pre=pre, post=post, weight=connection.weight[post, pre], delay=connection.delay[post, pre]
        )
    if isinstance(connection, Convolution):
        return _convolution(connection)
    assert isinstance(connection, Pairs)
    return connection


def _convolution(connection: Convolution) -> Pairs:
    """Synapse by synapse: which kernel entry each has is read off a kernel that numbers them from 1."""
    from litesnn.compiler.graph import Conv2d

    order = np.arange(1, connection.weight.size + 1, dtype=np.int32).reshape(connection.weight.shape)
    matrix = Conv2d(order, connection.stride).matrix(connection.in_shape, connection.out_shape).tocoo()
    entry = matrix.data.astype(np.int64) - 1
    common = (connection.source, connection.target, connection.place)
    weight, delay = connection.weight.ravel()[entry], connection.delay.ravel()[entry]
    return Pairs(*common, pre=matrix.col.astype(np.int64), post=matrix.row.astype(np.int64), weight=weight, delay=delay)
