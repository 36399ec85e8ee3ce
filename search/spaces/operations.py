"""What an edge of the four-node cell may carry, by the name that a genotype has for it, and named sets of that; plugins add to all."""

ZEROIZE = "zeroize"
LIGHTSNN_OPERATIONS = (ZEROIZE, "conv3x3", "skip")
SNASNET_OPERATIONS = (ZEROIZE, "skip", "conv1x1", "conv3x3", "avgpool3x3")
CONVOLUTIONS = ["conv1x1", "conv3x3", "depthwise3x3"]
"""Those with weights, behind neurons of their own."""
WITHOUT_WEIGHTS = ("skip", "avgpool3x3", "maxpool3x3")
SPACES: dict[str, tuple[str, ...]] = {"lightsnn": LIGHTSNN_OPERATIONS, "snasnet": SNASNET_OPERATIONS}
"""Sets of candidates by name."""


def cell_operations() -> tuple[str, ...]:
    """Everything an edge may carry in a set of candidates."""
    skip, *pools = WITHOUT_WEIGHTS
    return (ZEROIZE, skip, *CONVOLUTIONS, *pools)
