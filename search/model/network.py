"""What a genotype's network consists of, as torch holds it: nodes, edges and the readout, with the genotype's tensors in them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from litesnn.compiler.genotype import Genotype, LoadedGenotype, Topology, resolve
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.model.compression import WHOLE, Compression
from litesnn.search.model.edges import Edge
from litesnn.search.model.fixed_point import Folded, Threshold, fold_pool, fold_readout
from litesnn.search.model.nodes import Node, stored_exp

Model = TypeVar("Model", bound="GenotypeNetwork")


class GenotypeNetwork(nn.Module):
    """The parts of a genotype's network; `SpikingModel` computes with them.

    Parameters
    ----------
    genotype : the document
    topology : its wiring; resolved from the genotype where not given
    seed : of the initial weights

    Attributes
    ----------
    timesteps : that it runs; the genotype's, unless it is compressed one thing after the other
    """

    pool_exp: Tensor

    def __init__(self, genotype: Genotype, topology: Topology | None = None, seed: int = 0) -> None:
        super().__init__()
        topology = topology or resolve(genotype)
        generator = torch.Generator().manual_seed(seed)
        self.genotype = genotype
        self.timesteps = genotype.timesteps
        self.topology = topology
        self.nodes = nn.ModuleDict(
            {plan.name.replace(".", "_"): Node(plan, genotype, generator) for plan in topology.nodes}
        )
        self.readout = Edge(topology.readout, genotype, generator)
        self.readout_bias = nn.Parameter(torch.zeros(genotype.head.classes)) if genotype.head.bias else None
        self.register_buffer("pool_exp", torch.tensor(genotype.head.membrane_exp or 0, dtype=torch.int64))

    @classmethod
    def from_genotype(cls: type[Model], loaded: LoadedGenotype, seed: int = 0) -> Model:
        """The model in eval mode, with the genotype's tensors where it is trained."""
        model = cls(loaded.spec, loaded.topology, seed)
        if loaded.tensors is not None:
            model._load(loaded)
        elif loaded.spec.norm == "node":
            for node in model.node_list():
                node.refresh_steps()
        model.eval()
        return model

    def node_list(self) -> list[Node]:
        """The nodes in an order in which every source stands before its readers, but for feedback."""
        return [node for node in self.nodes.values() if isinstance(node, Node)]

    def node(self, name: str) -> Node:
        """The node of a population."""
        node = self.nodes[name.replace(".", "_")]
        assert isinstance(node, Node)
        return node

    def edge_list(self) -> list[Edge]:
        """Every edge, the readout's last."""
        return [*(edge for node in self.node_list() for edge in node.edge_list()), self.readout]

    def compress(self, compression: Compression = WHOLE, timesteps: int | None = None) -> None:
        """Put compression in force on every edge, and run so many steps; the genotype's where they are not given."""
        self.timesteps = timesteps or self.genotype.timesteps
        for edge in self.edge_list():
            edge.compression = compression

    def fold_pool(self) -> Folded:
        """Integers of the spiked global average pool."""
        pool = self.topology.pool
        assert pool is not None
        channels, height, width = pool.in_shape
        threshold = Threshold.of(self.genotype.pool_threshold, self.genotype.neuron.reset_kind)
        return fold_pool(channels, height * width, stored_exp(self.pool_exp, "head"), threshold, self.pool_exp.device)

    def fold_readout(self) -> Folded:
        """Integers of the readout; its threshold means nothing."""
        classes = self.genotype.head.classes
        zero = torch.zeros(classes, device=self.pool_exp.device)
        return fold_readout(zero if self.readout_bias is None else self.readout_bias, float(self.readout.code_value()))

    def _load(self, loaded: LoadedGenotype) -> None:
        tensors = {name: torch.from_numpy(np.array(value)) for name, value in loaded.trained.items()}
        for edge in self.edge_list():
            if edge.plan.weighted:
                edge.load(tensors[f"{edge.plan.name}.weight"], tensors[f"{edge.plan.name}.mask"])
            if edge.quantizer.per_channel:
                edge.step.copy_(tensors[f"{edge.plan.name}.step"])
        with torch.no_grad():
            for node in self.node_list():
                for owner in node.norm_owners():
                    for part in NORM_TENSORS:
                        getattr(node.norm(owner), part).copy_(tensors[f"{owner}.norm.{part}"])
            if self.readout_bias is not None:
                self.readout_bias.copy_(tensors["readout.bias"])
