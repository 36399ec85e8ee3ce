"""Methods that find or shrink a network, a folder each: LitE-SNN, LightSNN and SNASNet, and the pruning of channels."""
