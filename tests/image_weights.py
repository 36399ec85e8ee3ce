"""What the synapses of an image weigh, joined over its cores: a matrix of whole maps for each source, target and delay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.image import Image, image_graph
from litesnn.compiler.image.network import ENTERING, group_name

Key = tuple[str, str, int]


def weights_of(image: Image) -> dict[Key, npt.NDArray[np.int64]]:
    """(source, target, delay) -> weights (neurons of the target, neurons of the source); one sender enters."""
    (sender,) = image.senders
    sizes = {sender.document.name: sender.size}
    places = {ENTERING: (sender.document.name, np.arange(sender.size))}
    for number, core in enumerate(image.cores):
        for index, group in enumerate(core.groups):
            name = group.document.population
            places[group_name(number, index, name)] = (name, group.ids())
            sizes[name] = sizes.get(name, 0) + group.size
    graph = image_graph(image)
    found: dict[Key, npt.NDArray[np.int64]] = {}
    for block in graph.blocks:
        (source, read), (target, own) = places[block.source], places[block.target]
        whole = found.setdefault((source, target, block.delay), np.zeros((sizes[target], sizes[source]), np.int64))
        matrix = block.weights(graph[block.source].shape, graph[block.target].shape)
        whole[np.ix_(own, read)] += matrix.toarray().astype(np.int64)
    return found
