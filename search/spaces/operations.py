"""What an edge of the four-node cell may carry, by the name that a genotype has for it."""

ZEROIZE = "zeroize"
LIGHTSNN_OPERATIONS = (ZEROIZE, "conv3x3", "skip")
SNASNET_OPERATIONS = (ZEROIZE, "skip", "conv1x1", "conv3x3", "avgpool3x3")
CONVOLUTIONS = ("conv1x1", "conv3x3", "depthwise3x3")
"""Those with weights, behind neurons of their own."""
CELL_OPERATIONS = (ZEROIZE, "skip", *CONVOLUTIONS, "avgpool3x3", "maxpool3x3")
"""Everything an edge may carry in a set of candidates."""
