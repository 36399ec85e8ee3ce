"""Training the float phase one compression after the other: full precision, then pruning, then quantization, then the final T."""

from __future__ import annotations

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import Genotype, Topology
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.sequential import IN_FORCE, STAGES, stage_at
from litesnn.search.training.settings import TrainingSettings


def enter_stage(model: SpikingModel, settings: TrainingSettings, epoch: int) -> None:
    """Put in force what the stage of an epoch (from 0) of the float phase has; weights go on from the stage before.

    The found wiring is trained in full precision, all weights, `settings.sequential` steps; then the masks are learnt and stay;
    then weights are quantized; then the network runs its own number of steps.
    """
    stage = STAGES[stage_at(epoch, settings.epochs)]
    model.compress(IN_FORCE[stage], None if stage == "timesteps" else settings.sequential)


def check_sequential(genotype: Genotype, topology: Topology, settings: TrainingSettings) -> None:
    """Refuse what cannot be compressed one thing after the other.

    Raises
    ------
    TrainingError
        For fewer steps than the genotype's, for more with recordings or feedback, and for ends in floating point.
    """
    found, own = settings.sequential, genotype.timesteps
    if not found:
        return
    if found < own:
        raise TrainingError(
            f"sequential: found {found} steps; allowed: the genotype's {own} or more, which its last stage goes down to"
        )
    if found > own and genotype.input.encoding == "spikes":
        raise TrainingError(
            f"sequential: found {found} steps for recordings of {own} frames; allowed: {own}, one step per frame"
        )
    if genotype.quantizer is not None and genotype.quantizer.ends == "float":
        raise TrainingError(
            "sequential: found quantizer.ends 'float', which has no last, deployed stage; allowed: 'quantized'"
        )
    feedback = [edge.place for edge in topology.edges() if edge.distance > 0]
    if found > own and feedback:
        raise TrainingError(
            f"sequential: found {found} steps for a network with feedback ({feedback[0]}), which is normalized for its own {own}; "
            f"allowed: {own}"
        )
