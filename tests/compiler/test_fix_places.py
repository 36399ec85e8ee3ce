from random_networks import random_trained_genotype

from litesnn.compiler.fixes.places import edges_into


def test_every_edge_belongs_to_one_population_feedback_too() -> None:
    for seed in range(6):
        topology = random_trained_genotype(seed, feedback=2).topology
        names = [*(node.name for node in topology.nodes), "pool", "readout"]
        found = [edge.name for name in names for edge in edges_into(topology, name)]
        assert any(".backward" in name for name in found)
        assert found == [edge.name for edge in topology.edges()] == [edge.name for edge in edges_into(topology, "")]
