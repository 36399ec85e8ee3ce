"""One sample through a program, to look at: what every population sent, neurons against thresholds, where engines part."""
