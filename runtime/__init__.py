"""Running programs: the exact simulator, the Lava backend and the verification of one against the other."""
