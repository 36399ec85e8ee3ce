"""The summary of a program: network, populations, fidelity, findings, verification, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from litesnn.compiler.graph import INJECTED
from litesnn.compiler.report.views.engines import mismatches, spikes_per_sample
from litesnn.compiler.report.views.pruning import pruning_view
from litesnn.display.verification import verification_table
from litesnn.terminal import Terminal, assembled, shown

Document = Mapping[str, Any]
SEVERITY = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "ok": ("✓", "green")}


def show_report(console: Terminal, report: Document) -> None:
    """Draw the whole summary of a report.json document."""
    console.print(_header(report))
    console.print(_populations(report))
    for line in _structure(report):
        console.print(line)
    console.print(fidelity_table(report["fidelity"]))
    console.print(findings_table(report["findings"]))
    if "mapping" in report:
        console.print(_mapped(report["mapping"].get("simulation")))
    if report["verification"] is not None:
        console.print(verification_table(report["verification"]))
    else:
        console.print("○ not verified: nothing was simulated, so no spikes were compared", style="bold yellow")


def _mapped(simulation: Document | None) -> Text:
    """The mapped against the unmapped simulation; where it was not run, that it was not."""
    if simulation is None:
        return shown("○ core by core: not simulated, not verified", style="dim")
    wrong, compared = (
        simulation["mismatching_spikes"] + simulation["mismatching_readouts"],
        simulation["compared_spikes"],
    )
    text = (
        f"core by core, from the encoded synapse memory: {simulation['mismatching_spikes']:,} mismatching spikes on "
        f"{simulation['samples']} samples ({'how many were compared was not counted' if compared is None else f'{compared:,} spikes compared'})"
    )
    if wrong:
        return shown(f"✗ {text}", style="bold red")
    return shown(f"✓ {text}", style="green") if compared else shown(f"○ {text}", style="yellow")


def _header(report: Document) -> Panel:
    network = report["network"]
    bits = "  ".join(
        f"{b}-bit {entry['kept']:,}/{entry['weights']:,}" for b, entry in network["weights_by_bits"].items()
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        "weights",
        f"{network['kept_weights']:,} of {network['weights']:,} ({network['connection_sparsity']:.1%} pruned)",
    )
    grid.add_row("", shown(f"kept/all  {bits}", style="dim"))
    grid.add_row(
        "neurons",
        f"{network['neurons']:,} in {network['populations']} populations, {network['synapses']:,} synapses in "
        f"{network['blocks']} blocks",
    )
    grid.add_row("memory", _memory(report))
    mapping = report.get("mapping")
    if mapping is not None:
        grid.add_row(
            "cores",
            f"{mapping['cores']:,} on {mapping['chips']} chip(s), at least {mapping['lower_bound']['cores']:,} needed "
            f"(gap {mapping['gap']:.0%})",
        )
    if report.get("pruning"):
        grid.add_row("pruned", pruning_view(report["pruning"]).summary)
    schedule = report["schedule"]
    if schedule is not None:
        grid.add_row(
            "time",
            f"{_pace(report)}, answer after {schedule['latency']} "
            f"({schedule['delayed_blocks']} delayed blocks, {schedule['relays']} relays)",
        )
    title = assembled((report["name"], "bold"), " → ", (report["profile"], "bold"))
    return Panel(grid, title=title, box=box.ROUNDED, expand=False)


def _pace(report: Document) -> str:
    steps = report["schedule"]["timesteps"]
    if report["network"].get("isolated"):
        return f"each sample a run of its own of {steps} steps"
    period, interval = report["schedule"].get("period", steps), report["schedule"].get("initiation_interval", 1)
    if period == steps:
        return f"one sample every {steps} steps"
    return (
        f"one sample of {steps} steps every {period}, a step every {interval} (feedback; at rest in {period - steps})"
    )


def _memory(report: Document) -> str:
    memory, encoding = report["memory"], report.get("encoding")
    ideal = f"{_size(memory['ideal_bits'])} ideal (stored weights)"
    if encoding is None:
        return f"{ideal}, {_size(memory['unrolled_bits'])} unrolled; no index or header bits counted"
    total = encoding["total"]
    causes = ", ".join(
        f"{cause} {_size(bits)}" for cause, bits in sorted(total["overhead"].items(), key=lambda x: -x[1])
    )
    return f"{_size(total['encoded_bits'])} as encoded, {ideal}; overhead: {causes}"


def _populations(report: Document) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, justify in (
        ("population", "left"),
        ("shape C×H×W", "left"),
        ("step", "right"),
        ("bits", "right"),
        ("signs", "left"),
        ("weights", "right"),
        ("synapses", "right"),
        ("spikes/sample", "right"),
        ("mismatches", "right"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    spikes, differing = spikes_per_sample(report["verification"]), mismatches(report["verification"])
    for entry in report["populations"]:
        name = entry["name"]
        removed = entry["genotype_channels"] - entry["shape"][0]
        shape = "×".join(map(str, entry["shape"])) + (f" (-{removed})" if removed else "")
        wrong = differing.get(name)
        table.add_row(
            assembled(name, (" host", "dim")) if entry["on_host"] else name,
            shape,
            str(entry["arrival"]),
            ",".join(map(str, entry["num_weight_bits"])),
            "/".join(_signs(entry["sign_modes"])),
            f"{entry['stored_weights']:,}",
            f"{entry['synapses']:,}",
            f"{spikes[name]:,.1f}" if name in spikes else "",
            "" if wrong is None else shown(str(wrong), style="green" if wrong == 0 else "bold red"),
        )
    return table


def _signs(modes: Sequence[str]) -> list[str]:
    short = {"excitatory": "+", "inhibitory": "-", "mixed": "±"}
    return [short[mode] for mode in modes]


def _structure(report: Document) -> list[RenderableType]:
    removals = report["removals"]
    if not removals:
        return [shown("dead structure: none", style="dim")]
    channels = sum(len(removal["channels"]) for removal in removals)
    neurons = sum(removal["neurons"] for removal in removals)
    synapses = sum(removal["synapses"] for removal in removals)
    places = ", ".join(dict.fromkeys(removal["population"] for removal in removals))
    return [f"dead structure removed: {channels} channels ({neurons:,} neurons, {synapses:,} synapses) in {places}"]


def fidelity_table(labels: Sequence[Document]) -> RenderableType:
    """Fidelity labels, one row per step with its worst place; against the float model (against `fixed` all are exact)."""
    table = Table(title="fidelity against the float model", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("step", "label", "worst place", "what it means"):
        table.add_column(column)
    groups: dict[tuple[str, str], list[Document]] = {}
    for label in labels:
        groups.setdefault((label["step"], label["status"]), []).append(label)
    styles = {"exact": "green", "bounded": "cyan", "assumed": "yellow", "approximate": "yellow", "unsupported": "red"}
    table.add_row(
        "weights, signs, delays, resets", shown("exact", style="green"), "everywhere", "integers carried as they are"
    )
    for (step, status), group in groups.items():
        worst = max(group, key=lambda label: label["bound"] or 0.0)
        mark = status if worst["bound"] is None else f"{status} ≤ {worst['bound']:.2%}"
        table.add_row(step, shown(mark, style=styles[status]), worst["place"], worst["detail"])
    return table


def findings_table(findings: Sequence[Document]) -> RenderableType:
    """Findings of the rule check with their limits and fixes."""
    table = Table(title="rules", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("", "rule", "place"):
        table.add_column(column)
    table.add_column("headroom", justify="right")
    table.add_column("finding")
    for finding in findings:
        mark, style = SEVERITY[finding["severity"]]
        text = assembled(finding["message"], (f"\n→ {finding['fix']}" if finding["fix"] else "", "dim"))
        headroom = shown(f"{finding['headroom']:,}", style="" if finding["headroom"] >= 0 else style)
        table.add_row(shown(mark, style=style), finding["code"], finding["place"], headroom, text)
    return table


def plan_lines(plan: Document) -> RenderableType:
    """The fixes that were applied together, and what the check of all of them said."""
    described = [(fix["description"], fix["command"]) for fix in plan["fixes"]]
    fixes = "".join(f"\n  {text} ({command})" if command else f"\n  {text}" for text, command in described)
    if plan["passes"]:
        return shown(f"✓ with these changes together every rule holds, checked:{fixes}", style="green")
    left = ", ".join(f"{finding['code']} at {finding['place']}" for finding in plan["left"])
    return shown(f"✗ with these changes together, still broken: {left}{fixes}", style="red")


def certificate_table(report: Document) -> RenderableType:
    """The schedule's certificate: when each population computes and how its inputs meet."""
    table = Table(title="certificate of arrival times", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("population", "computes at step", "resets", "inputs: source's step + 1 + delay"):
        table.add_column(column)
    for row in report["certificate"]:
        inputs = ", ".join(map(_arrival, row["inputs"]))
        resets = f"every {row['reset_interval']} at {row['reset_offset']}" if row["reset_interval"] else "never"
        interval = row.get("initiation_interval", 1)
        computes = str(row["arrival"]) + ("" if interval == 1 else f", every {interval} at {row['phase']}")
        table.add_row(row["population"], computes, resets, inputs)
    loops = (report["schedule"] or {}).get("loops")
    return Group(table, _loops(loops)) if loops else Group(table)


def _loops(loops: Sequence[Document]) -> Table:
    """Loops: what each needs of the time that a step of a sample takes."""
    table = Table(title="loops", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("loop", "feedback", "chip steps", "steps of the sample", "initiation interval it needs"):
        table.add_column(column)
    for loop in loops:
        counts = (loop["latency"], loop["distance"], loop["interval"])
        table.add_row(" > ".join(loop["path"]), ", ".join(loop["edges"]), *map(str, counts))
    return table


def _arrival(entry: Document) -> str:
    """A source's step, and when its values arrive; those that the host writes into the neurons arrive at once."""
    if entry["delay"] == INJECTED:
        return f"{entry['source']} {entry['source_arrival']} (written by the host)"
    return f"{entry['source']} {entry['source_arrival']}+1+{entry['delay']}{' ↩' if entry.get('distance') else ''}"


def _size(bits: int) -> str:
    return f"{bits / 8 / 1024:.1f} KiB"
