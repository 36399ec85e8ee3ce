"""README.md of a conformance pack: how to read it, and what the integers mean, made from the network and its kinds' own words."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc

from litesnn.base.text import brief
from litesnn.compiler.graph import GEOMETRIES, Graph, Membranes
from litesnn.compiler.program import Program
from litesnn.runtime.traces import TraceDocument

_READ_AS = {
    "membrane": "its v after the last step",
    "last": "the last value that it sent",
    "sum": "the sum over the steps of what it sent",
}


def page(program: Program, trace: TraceDocument, tensors: Mapping[str, str]) -> str:
    """The page, in Markdown; `tensors` maps names to files."""
    graph = program.graph
    parts = (
        _head(program, trace),
        _files(),
        _populations(graph),
        _kinds(graph),
        _blocks(graph),
        _geometries(graph),
        _time(graph),
        _comparing(),
        _tensors(tensors),
    )
    return "\n\n".join(parts) + "\n"


def _head(program: Program, trace: TraceDocument) -> str:
    return f"""# Conformance pack of {_text(program.name)}

Everything that another simulator, or a chip, needs to be held against LiteSNN: the network's integers, {trace.samples} input
sample(s) of {trace.timesteps} step(s), and for each of {len({a.population for a in trace.arrays})} population(s) what it held and sent
at every step. Compiled for profile {_text(program.profile.name)}. All numbers are integers; nothing is rounded but where an equation
below says so."""


def _files() -> str:
    return """## Files

`manifest.json` describes all others, with the SHA-256 of each. Arrays are numpy's `.npy`, C order, little endian.

| file | what |
|---|---|
| `inputs.npy` | what enters: (samples, C, H, W), held for all steps, or (samples, steps, C, H, W) |
| `readout.npy` | what the host reads of the output: (samples, outputs) |
| `trace/NNN.u.npy`, `.v.npy`, `.spikes.npy` | of one population, (samples, steps, C, H, W); which one: `trace.arrays` of the manifest |
| `network/*.npy` | weights and constants; which one: the last table, or `tensors` of the manifest |

`u` and `v` are what the registers hold after the step, `v` after the reset; `spikes` is what was sent: 0 or 1, or a signed number where
a kind says so."""


def _tensors(tensors: Mapping[str, str]) -> str:
    rows = "\n".join(f"| `{_text(name)}` | `{file}` |" for name, file in tensors.items())
    return f"""## Tensors

Constants of populations are `POPULATION.vth` and so on, weights of blocks `BLOCK.codes` and the arrays that their geometry needs beside.

| tensor | file |
|---|---|
{rows}"""


def _populations(graph: Graph) -> str:
    rows = []
    for population in graph.populations:
        if not isinstance(population, Membranes):
            low, high = population.sent
            rows.append(
                f"| `{_text(population.name)}` | source | {population.shape} | | | {population.arrival} | | {low} .. {high} |"
            )
            continue
        reset = "" if population.reset_interval is None else f"{population.reset_offset} of {population.reset_interval}"
        note = f"output: the host reads {_READ_AS[population.read_as]}" if population.read_by_host else ""
        rows.append(
            f"| `{_text(population.name)}` | {population.kind} | {population.shape} | {population.du} | {population.dv} | "
            f"{population.arrival} | {reset} | {note} |"
        )
    listed = "\n".join(rows)
    return f"""## Populations

| name | kind | (C, H, W) | du | dv | arrival | reset | |
|---|---|---|---|---|---|---|---|
{listed}

Per channel stand `vth` (threshold), `bias_mant` and `bias_exp`: bias = bias_mant * 2^bias_exp, in membrane units. `unit` is what one
weight unit is worth in the network before it became integers; no equation needs it. A neuron's index in a flattened map is
(c * H + y) * W + x."""


def _kinds(graph: Graph) -> str:
    kinds = {type(population) for population in graph.membranes}
    described = "\n\n".join(
        f"### {kind.kind}\n\n```\n{cleandoc(kind.__doc__ or '')}\n```"
        for kind in sorted(kinds, key=lambda kind: kind.kind)
    )
    return f"""## Equations

One step of a neuron, by kind. `arriving` is the sum, over all synapses, of integer weight * what the source sent; `x << 6` is x * 64;
`>>` on a magnitude rounds down, so that decays are truncated toward zero; sgn(0) = 0. Order of operations within a step: all that
arrives is summed; then `u`; then `v`; then the comparison; then the reset.

{described}"""


def _blocks(graph: Graph) -> str:
    rows = "\n".join(
        f"| `{_text(block.name)}` | `{_text(block.source)}` | `{_text(block.target)}` | {block.geometry.kind} | {block.exponent} | "
        f"{block.delay} | {block.latency} |"
        for block in graph.blocks
    )
    return f"""## Synapses

| block | from | to | geometry | exponent | delay | latency |
|---|---|---|---|---|---|---|
{rows}

Integer weight = code * 2^exponent. Blocks between the same two populations add up: weights of both signs may stand in two blocks, one
for each. What a source sends in a step of the chip arrives `latency` steps later: one for the synapse and `delay` more."""


def _geometries(graph: Graph) -> str:
    kinds = sorted({block.geometry.kind for block in graph.blocks})
    described = "\n".join(f"- **{kind}**: {cleandoc(GEOMETRIES[kind].__doc__ or '')}" for kind in kinds)
    return f"""## Geometries

Which neuron a code joins with which; `params` of a block (stride, padding, dilation, kernel) stand in the manifest.

{described}"""


def _time(graph: Graph) -> str:
    if graph.isolated:
        return """## Time

Every sample is a run of its own from zero state, without resets. A population computes in every step of the chip from step 0 on. Arrays
of a trace begin, for each population, at its `arrival`: step t of an array is chip step arrival + t. What happens before is not in them;
the source sends step t of a sample in chip step t and is silent after the last."""
    pace = graph.pace
    return f"""## Time

A trace is on the network's own axis: step t of a sample is step t of every population, from zero state; what a source sends in step t
is in `arriving` of step t of its target (of step t + 1 where `distance` of the block is 1). On the chip, step t of sample i of a population
is chip step arrival + (i * {pace.slots} + t) * {pace.interval}, counted from 0; delays make all inputs of a step arrive together, and a
population is cleared before the chip step s where (s + 1) mod interval = offset (column *reset*: offset of interval)."""


def _comparing() -> str:
    return """## Holding another simulator against this

Write a folder with the same arrays of yours, and a `trace.json`:

```json
{"format": "litesnn.trace", "version": 1, "samples": 2, "timesteps": 4,
 "inputs": {"file": "inputs.npy"},
 "arrays": [{"population": "NAME", "register": "v", "file": "my_v.npy"}]}
```

Registers are `u`, `v`, `spikes`; leave out what you do not have. Any integer type will do, and floating point where values are whole.
`sha256` may be given and is then checked. Or replace arrays in a copy of this folder and take their `sha256` out of the manifest. Then

```bash
litesnn conformance PROGRAM --against FOLDER
```

names the first value that differs, and its likely cause."""


def _text(name: str) -> str:
    """A name within a cell of a table."""
    return brief(name).replace("|", "\\|").replace("`", "'")
