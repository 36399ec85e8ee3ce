"""Networks of real values, whatever file they come from: wired, made discrete, quantized, lowered to integers, run in floating point.

A format's reader translates its file to a `RealNetwork` of `nodes`, says the time step and what was assumed, and hands it to `read`.
"""
