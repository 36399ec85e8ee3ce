"""The fixed evaluation against the plain network, population by population."""

import numpy as np
from plain_network import PlainNetwork

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.search.model.reference import run_reference


def assert_equals_plain(loaded: LoadedGenotype, inputs: np.ndarray) -> None:
    """Readouts, spikes and membranes of the fixed evaluation, computed in batches, are those of the plain loops."""
    trace = run_reference(loaded, inputs, "fixed", batch_size=2)
    plain = PlainNetwork(loaded)
    for n, sample in enumerate(inputs):
        np.testing.assert_array_equal(trace.readout[n], plain.run(sample))
        assert set(trace.spikes) == set(trace.membranes) == set(plain.spikes)
        for name in plain.spikes:
            np.testing.assert_array_equal(trace.spikes[name][n], np.stack(plain.spikes[name]), err_msg=name)
            np.testing.assert_array_equal(trace.membranes[name][n], np.stack(plain.membranes[name]), err_msg=name)
