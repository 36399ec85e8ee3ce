"""Our own Lava processes and their models, alone in this folder because Lava imports all of it to find models."""
