"""The jobs, one module each, over any origin of a network: compile, check, verify, run, export, estimate."""
