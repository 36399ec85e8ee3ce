"""The hybrid with no change is the floating-point network, with all of them the program: loops, currents, delays, other frameworks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from written_genotypes import document, loaded

from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.reference import RealReference
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.profile import load_profile
from litesnn.jobs.explain.effects import ALL, NONE
from litesnn.jobs.explain.from_file import hybrid_of_file
from litesnn.jobs.explain.from_genotype import hybrid_of_genotype
from litesnn.jobs.explain.torch_run import TorchRun
from litesnn.runtime.exact import simulate

DATA = Path(__file__).parents[1] / "data" / "nir"
PROFILE = load_profile("loihi2")
FILES: dict[str, dict[str, Any]] = {
    "snntorch_dense": {},
    "snntorch_conv": {},
    "snntorch_rleaky": {},
    "snntorch_synaptic": {},
    "norse_dense": {"dt": 1e-6},
    "rockpool_dense": {"framework": "rockpool", "approximate": False},
    "sinabs_conv": {"dt": 1.0, "spike_at": True, "reset": "zero"},
}


MORE: list[tuple[str, dict[str, Any]]] = [
    ("snntorch_dense", {"reset": "subtract", "approximate": False}),
    ("snntorch_conv", {"reset": "subtract_next", "spike_at": True, "approximate": False}),
    ("snntorch_synaptic", {"reset": "none", "approximate": False}),
    ("snntorch_dense", {"reset": "subtract", "spike_at": True}),
]


@pytest.mark.parametrize(("name", "options"), [*FILES.items(), *MORE])
def test_of_a_file(name: str, options: dict[str, Any]) -> None:
    source = read_network(DATA / f"{name}.nir", RealOptions(**{"approximate": True, **options}))
    reference = source.float_reference
    assert isinstance(reference, RealReference)
    pipeline = source.pipeline(PROFILE)
    graph, program = pipeline.up_to("fit-biases").run(), pipeline.run()
    hybrid = hybrid_of_file(reference.network, reference.timing, graph)
    shape = graph.sources[0].shape
    inputs = (np.random.default_rng(0).random((3, 16, *shape)) < 0.4).astype(np.int16)
    spiking = [p.name for p in program.membranes if p.sends == "spikes"]

    chip, trace = hybrid.run(inputs.astype(float), ALL), simulate(program, inputs, record=spiking)
    assert all(
        np.array_equal(spikes, trace.spikes[name] > 0) for name, spikes in chip.spikes.items() if name in spiking
    )
    assert np.array_equal(chip.scores, trace.readout)

    real = hybrid.run(inputs.astype(float), NONE)
    first = {n: reference.first_step(graph[n].arrival or 0, n) if graph.isolated else 0 for n in reference.spiking}
    sent = reference.run(inputs, 16, max(first.values()))
    for layer in reference.spiking:
        expected = sent[layer][:, first[layer] : first[layer] + 16].reshape(real.spikes[layer].shape) > 0
        assert np.array_equal(real.spikes[layer], expected)
        assert expected.any()


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_of_a_genotype(norm: str, tmp_path: Path) -> None:
    genotype = loaded(document(norm=norm), tmp_path)
    pipeline = GenotypeOrigin(genotype).pipeline(PROFILE)
    lowered, folded, program = (
        pipeline.up_to(pipeline.first).run(),
        pipeline.up_to("fit-biases").run(),
        pipeline.run(),
    )
    hybrid = hybrid_of_genotype(lowered, folded)
    spec = genotype.spec.input
    rng = np.random.default_rng(1)
    inputs = rng.integers(spec.minimum, spec.maximum + 1, (4, *spec.shape)).astype(np.int16)
    spiking = [p.name for p in program.membranes if p.sends == "spikes" and p.name in folded]

    chip, trace = hybrid.run(inputs.astype(float), ALL), simulate(program, inputs, record=spiking)
    for name in spiking:
        kept = list(program[name].channels)
        assert np.array_equal(chip.spikes[name][:, :, kept], trace.spikes[name] > 0)
    assert np.array_equal(chip.scores, trace.readout)

    real, float_run = hybrid.run(inputs.astype(float), NONE), TorchRun(genotype)(inputs.astype(float))
    differing = sum(int((spikes != float_run.spikes[name]).sum()) for name, spikes in real.spikes.items())
    assert differing <= 0.001 * sum(spikes.size for spikes in real.spikes.values())  # PyTorch adds in float32
    unit = folded.output.unit
    assert unit is not None
    assert np.allclose(real.scores * unit[0] / 64, float_run.scores, atol=1e-3) or differing
