"""The passes, one concept per file; `compiler.pipeline` runs a list of them and validates after each."""

from litesnn.compiler.passes.assign_formats import AssignFormats, SignHandling
from litesnn.compiler.passes.balance_delays import BalanceDelays
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.passes.clamp_delays import ClampDelays
from litesnn.compiler.passes.fit_biases import FitBiases
from litesnn.compiler.passes.fold_normalization import FoldNormalization
from litesnn.compiler.passes.isolate import ScheduleIsolated
from litesnn.compiler.passes.isolate_feedback import IsolateFeedback
from litesnn.compiler.passes.place_on_host import PlaceOnHost
from litesnn.compiler.passes.plain_neurons import PlainNeurons
from litesnn.compiler.passes.prove_ranges import ProveRanges
from litesnn.compiler.passes.relay_delays import RelayDelays
from litesnn.compiler.passes.remove_dead import RemoveDead
from litesnn.compiler.passes.share_formats import ShareFormats
from litesnn.compiler.passes.stagger_resets import StaggerResets

__all__ = [
    "AssignFormats",
    "BalanceDelays",
    "ClampDelays",
    "FitBiases",
    "FoldNormalization",
    "IsolateFeedback",
    "Pass",
    "PlaceOnHost",
    "PlainNeurons",
    "ProveRanges",
    "RelayDelays",
    "RemoveDead",
    "ScheduleIsolated",
    "ShareFormats",
    "SignHandling",
    "StaggerResets",
]
