"""Every error LiteSNN raises for its user, each made to be read by a person.

A message says what was found, where, what is allowed and what to do. The command line prints it as it stands and
exits with code 2; anything that is not a `LiteSNNError` is a bug in LiteSNN.
"""

from __future__ import annotations

from litesnn.base.text import shortened


class LiteSNNError(Exception):
    """Base of all errors that a user's input or machine can cause.

    What a message repeats of a file can be as long as the file: its text is shown shortened (`litesnn.base.text.shortened`).
    """

    def __str__(self) -> str:
        return shortened(super().__str__())


class GenotypeError(LiteSNNError):
    """A genotype file, its tensors or its wiring is broken."""


class ProfileError(LiteSNNError):
    """A hardware profile is unknown, malformed or was given an unknown setting."""


class DataError(LiteSNNError):
    """A data set or input array is missing or has the wrong shape, type or range."""


class CompileError(LiteSNNError):
    """A genotype is well formed but cannot be lowered as it stands."""


class ImportFileError(LiteSNNError):
    """A network file from elsewhere is broken, hostile, or holds what the chip cannot compute."""


class ExportError(LiteSNNError):
    """A program holds something that the format it is exported to cannot say."""


class GraphError(LiteSNNError):
    """A graph breaks one of its invariants; the message names the pass that broke it."""


class ProgramError(LiteSNNError):
    """A program directory is missing, altered, from another version, or cannot be written."""


class OutputError(LiteSNNError):
    """A file cannot be written where the user asked for it."""


class BackendError(LiteSNNError):
    """A simulation backend is not installed or failed while running."""


class MissingExtraError(LiteSNNError):
    """A library that an extra of LiteSNN adds is asked for and not installed."""


class RegisterError(LiteSNNError):
    """A current left its register by more than the one wrap that the arithmetic is defined for (`docs/numbers.md`, Registers)."""


class TrainingError(LiteSNNError):
    """Training cannot start or go on (wrong checkpoint, diverged loss, unknown device)."""


class SearchError(LiteSNNError):
    """A search cannot start or go on (impossible space or setting, wrong checkpoint, diverged loss)."""


class RunError(LiteSNNError):
    """There is no run where one is looked for, or its files are broken."""


class PartsError(LiteSNNError):
    """Some parts of a larger job failed or are missing; the message names each with its place."""


class PruningError(LiteSNNError):
    """Channels cannot be pruned as asked (impossible rates, a target out of reach)."""


class PluginError(LiteSNNError):
    """A plugin cannot be imported, or adds what is there already or cannot be."""


class NeedError(LiteSNNError):
    """Bits or rates cannot be chosen by measuring (too few samples, nothing within the drop)."""
