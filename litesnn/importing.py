"""Importing: a network file of another tool and a profile in, a checked and verified program out."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litesnn.compilation import Compilation, assemble, samples_option
from litesnn.compiler.frontends.compile import compile_imported
from litesnn.compiler.frontends.imported import Imported
from litesnn.compiler.frontends.net import read_net
from litesnn.compiler.frontends.nir.read import NirNetwork
from litesnn.compiler.frontends.nir.read import read_network as read_nir_network
from litesnn.compiler.graph import Graph
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.rules.listed import broken_rules
from litesnn.engines import Progress
from litesnn.errors import ImportFileError
from litesnn.float_comparison import compared
from litesnn.imported_samples import imported_samples
from litesnn.imported_verification import LAVA_SAMPLES, verify_imported
from litesnn.runtime.lava import LAVA_TIMEOUT, Models

COMPARED_SAMPLES = 64  # of a NIR network, with its floating-point run
Network = Imported | NirNetwork
"""A network that was read; of NIR with what a comparison against floating point needs."""

READERS: dict[str, Callable[..., Network]] = {".net": read_net, ".nir": read_nir_network}


def read_network(path: str | os.PathLike[str], **options: Any) -> Network:
    """Read a network file by its suffix.

    Parameters
    ----------
    options : of the reader: those of `compiler.frontends.net.read_net`, or `options` with NIR's `NirOptions`

    Raises
    ------
    ImportFileError
        For a suffix that no reader knows, and whatever its reader refuses.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in READERS:
        raise ImportFileError(f"{path}: found suffix '{suffix}'; allowed: {', '.join(READERS)}")
    return READERS[suffix](path, **options)


def import_network(
    network: str | os.PathLike[str] | Network,
    profile: str | os.PathLike[str] | Profile = "loihi2",
    *,
    sign: SignHandling = "auto",
    input_path: str | os.PathLike[str] | None = None,
    labels_path: str | os.PathLike[str] | None = None,
    seed: int = 0,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    simulate: bool = True,
    progress: Progress | None = None,
) -> Compilation:
    """Compile an imported network, check it against the profile's rules, and verify exact simulator against Lava.

    Parameters
    ----------
    network : path of a file, or one that is read (`read_network` takes the reader's options); NIR is compared with its floating-point run too
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    sign : how weights of both signs are stored: `split`, `mixed`, or `auto` (the cheaper one as encoded)
    input_path, labels_path, seed : what to verify with, see `imported_samples`
    lava_samples, lava_models, lava_timeout : how many samples go through Lava (None: all), with whose models, and how many
        seconds it may give no sign of life; see `verify_imported`
    simulate : False simulates nothing, whatever the samples: no spikes are compared, and there are no figures of traffic and energy

    Raises
    ------
    LiteSNNError
        For anything wrong with the file, the profile, the inputs or the backend. A program that breaks a rule is returned.
    """
    found = read_network(network) if isinstance(network, str | os.PathLike) else network
    imported = found.imported if isinstance(found, NirNetwork) else found
    target = profile if isinstance(profile, Profile) else load_profile(profile)
    graph = compile_imported(imported, target, sign)
    samples = None
    if simulate:
        samples = imported_samples(graph, imported, input_path=input_path, labels_path=labels_path, seed=seed)
        if isinstance(found, NirNetwork):
            imported = compared(found, graph, samples.inputs[:COMPARED_SAMPLES], samples.origin)
    verification = None
    if samples is not None and not broken_rules(graph, target):
        verification = verify_imported(
            graph,
            samples,
            lava_samples=lava_samples,
            lava_models=lava_models,
            lava_timeout=lava_timeout,
            progress=progress,
        )
    command = _command(imported, graph, target, sign, samples_option(simulate, lava_samples, lava_models))
    return assemble(graph, imported, target, command, samples, verification, sign)


def _command(imported: Imported, graph: Graph, profile: Profile, sign: SignHandling, simulated: str) -> str:
    samples = "--isolated" if graph.isolated else "--reset"
    return (
        f"litesnn import {shlex.quote(imported.name + imported.suffix)} --profile {profile.name} --timesteps {graph.timesteps} "
        f"{samples} --sign {sign} {simulated}"
    )
