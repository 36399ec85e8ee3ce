"""Made-up report.json documents of any size, with every optional section, for tests of the page: deterministic, plausible,
consistent in itself, and free to hold hostile names."""

from __future__ import annotations

import random
from typing import Any

from litesnn.compiler.report import Report

LIMITS = {
    "neurons": (4096, "neurons"),
    "synapse_words": (16384, "64-bit words"),
    "input_axons": (4096, "axons"),
    "output_axons": (4096, "entries"),
}
MESH = {"columns": 8, "rows": 4, "cores_per_router": 4, "cores": 128}


def report_of(**options: Any) -> Report:
    """`fake_report`, read."""
    return Report.model_validate(fake_report(**options))


def fake_report(
    cores: int = 5,
    populations: int = 6,
    *,
    name: str = "digits-cell2",
    names: tuple[str, ...] = (),
    timesteps: int = 4,
    silent: bool = False,
    diverges: bool = False,
    broken: bool = False,
    optional: bool = True,
    seed: int = 0,
) -> dict[str, Any]:
    """A report of `populations` populations on `cores` cores, 128 a chip.

    Parameters
    ----------
    names : the first populations' names, where the usual ones will not do
    silent : no population spikes
    diverges : the exact simulator differs from PyTorch
    broken : a rule is broken, so nothing is verified
    optional : whether mapping, encoding, costs and provenance are there
    """
    rng = random.Random(seed)
    chosen = [*names, *_names(populations)[len(names) :]]
    rows = [_population(rng, label, i, populations) for i, label in enumerate(chosen)]
    report: dict[str, Any] = {
        "format": "litesnn.report",
        "version": 1,
        "name": name,
        "profile": "loihi2",
        "network": _network(rows, timesteps),
        "memory": {"ideal_bits": sum(r["stored_weights"] * 5 for r in rows), "unrolled_bits": 8_388_608},
        "populations": rows,
        "schedule": {
            "timesteps": timesteps,
            "depth": rows[-1]["arrival"],
            "delayed_blocks": 2,
            "relays": 0,
            "delay_slots": 512,
            "latency": timesteps + rows[-1]["arrival"],
        },
        "certificate": _certificate(rows, timesteps),
        "removals": [
            {
                "population": chosen[0],
                "reason": "never spikes",
                "channels": [0, 1, 2, 7],
                "neurons": 256,
                "synapses": 9216,
            },
            {"population": chosen[-2], "reason": "never read", "channels": [5], "neurons": 16, "synapses": 144},
        ],
        "ranges": [_range(rng, label, register) for label in chosen for register in ("accumulator", "membrane")],
        "fidelity": [
            _label(rng, label, step) for label in chosen for step in ("threshold to integer", "leak truncated")
        ],
        "findings": _findings(chosen, broken),
        "verification": None if broken else _verification(rng, rows, timesteps, silent, diverges),
        "provenance": None,
    }
    if optional:
        report["mapping"] = _mapping(rng, rows, cores)
        report["encoding"] = _encoding(rng, rows)
        report["costs"] = _costs(rng, rows, silent)
        report["own_figures"] = {
            "bases": ["loihi2"],
            "figures": [{"figure": "chip.cores", "value": "64", "status": "USER", "source": "given in my-chip.toml"}],
        }
        report["provenance"] = {
            "command": f"litesnn-compile {name}.json --profile loihi2 --sign auto --samples 32",
            "versions": {"litesnn": "0.1.0", "python": "3.10.14", "numpy": "1.26.4"},
        }
    return report


def _names(count: int) -> list[str]:
    inner = [f"cell{i // 3}.node{i % 3}" for i in range(count - 3)]
    return ["stem", *inner, "pool", "readout"][-count:]


def _population(rng: random.Random, name: str, index: int, count: int) -> dict[str, Any]:
    last = index == count - 1
    shape = [10, 1, 1] if last else [rng.choice((16, 32, 64)), *[max(1, 32 >> (3 * index // count))] * 2]
    weights = shape[0] * 288
    kept = int(weights * rng.uniform(0.1, 0.6))
    return {
        "name": name,
        "kind": "readout" if last else "lif",
        "shape": shape,
        "genotype_channels": shape[0] + (index == 0) * 4,
        "neurons": shape[0] * shape[1] * shape[2],
        "on_host": False,
        "blocks": 2,
        "num_weight_bits": rng.choice(([4], [5], [2, 6])),
        "sign_modes": rng.choice((["excitatory", "inhibitory"], ["mixed"])),
        "genotype_weights": weights,
        "kept_weights": kept,
        "stored_weights": kept,
        "synapses": kept * shape[1] * shape[2],
        "arrival": index + 1 + index // 4,
        "readout": last,
    }


def _network(rows: list[dict[str, Any]], timesteps: int) -> dict[str, Any]:
    weights, kept = sum(r["genotype_weights"] for r in rows), sum(r["kept_weights"] for r in rows)
    return {
        "timesteps": timesteps,
        "isolated": False,
        "weights": weights,
        "kept_weights": kept,
        "connection_sparsity": round(1 - kept / weights, 6),
        "weights_by_bits": {"5": {"weights": weights, "kept": kept}},
        "populations": len(rows),
        "blocks": 2 * len(rows),
        "neurons": sum(r["neurons"] for r in rows),
        "neurons_on_host": 0,
        "synapses": sum(r["synapses"] for r in rows),
    }


def _certificate(rows: list[dict[str, Any]], timesteps: int) -> list[dict[str, Any]]:
    document = []
    for i, row in enumerate(rows):
        before = [("input", 0)] if i == 0 else [(r["name"], r["arrival"]) for r in rows[max(0, i - 2) : i]]
        inputs = [
            {"source": source, "source_arrival": step, "delay": row["arrival"] - step - 1, "blocks": 2}
            for source, step in before
        ]
        document.append(
            {
                "population": row["name"],
                "arrival": row["arrival"],
                "reset_interval": timesteps,
                "reset_offset": (1 + row["arrival"]) % timesteps,
                "inputs": inputs,
            }
        )
    return document


def _range(rng: random.Random, name: str, register: str) -> dict[str, Any]:
    limit = 131071 if register == "accumulator" else 8388607
    low, high = -rng.randrange(limit), rng.randrange(limit)
    return {
        "population": name,
        "register": register,
        "low": low,
        "high": high,
        "limit": limit,
        "overflow": "wraps around",
        "proved": True,
    }


def _label(rng: random.Random, name: str, step: str) -> dict[str, Any]:
    detail = "membrane of the worst channel, in thresholds"
    return {"step": step, "place": name, "status": "bounded", "detail": detail, "bound": rng.uniform(0, 0.02)}


def _findings(names: list[str], broken: bool) -> list[dict[str, Any]]:
    def finding(code: str, severity: str, place: str, value: float, limit: float, message: str, fix: str = "") -> Any:
        return {
            "code": code,
            "severity": severity,
            "place": place,
            "value": value,
            "limit": limit,
            "headroom": limit - value,
            "unit": "units",
            "message": message,
            "fix": fix,
            "remedies": [],
            "tried": [],
        }

    findings = [
        finding(
            "LSN-RELAY", "warning", names[0], 64, 0, "1 relay population of 64 neurons", "let the cell read a later one"
        ),
        finding("LSN-DELAY", "ok", names[1], 3, 62, "longest synaptic delay 3 of 62 steps"),
    ]
    error = finding("LSN-NEURONS", "error", "network", 9e5, 524288, "900000 neurons of 524288", "use fewer channels")
    return [error, *findings] if broken else findings


def _verification(
    rng: random.Random, rows: list[dict[str, Any]], timesteps: int, silent: bool, diverges: bool
) -> dict[str, Any]:
    spiking = [row["name"] for row in rows if not row["readout"]]
    counts = {name: 0 if silent else rng.randrange(10_000, 900_000) for name in spiking}
    comparisons = [
        _comparison("exact", counts, timesteps, 360, True, rows[1] if diverges else None),
        _comparison("pytorch_float", counts, timesteps, 360, False, rows[2] if not silent else None),
        _comparison("lava", {name: n // 10 for name, n in counts.items()}, timesteps, 32, True, None),
    ]
    return {
        "mismatching_spikes": 37 if diverges else 0,
        "mismatching_readouts": 2 if diverges else 0,
        "compared_spikes": sum(counts.values()) + sum(n // 10 for n in counts.values()),
        "compared_readouts": 392,
        "silent_populations": [name for name, n in counts.items() if n == 0],
        "samples": {"pytorch": 360, "exact": 360, "pytorch_float": 360, "lava": 32},
        "accuracy": {"pytorch": 0.975, "exact": 0.975, "pytorch_float": 0.977778, "lava": 0.96875},
        "common_samples": 32,
        "common_accuracy": dict.fromkeys(("pytorch", "exact", "pytorch_float", "lava"), 0.96875),
        "spike_counts": dict.fromkeys(("pytorch", "exact", "pytorch_float"), counts)
        | {"lava": {name: n // 10 for name, n in counts.items()}},
        "not_compared": {"cell9.node0": 1200},
        "comparisons": comparisons,
        "note": "the 360 held-out test samples of 'digits'",
    }


def _comparison(
    found: str, counts: dict[str, int], timesteps: int, samples: int, must_agree: bool, wrong: dict[str, Any] | None
) -> dict[str, Any]:
    populations = {
        name: {
            "mismatching_spikes": 37 if wrong and wrong["name"] == name else 0,
            "mismatches_per_step": [0] * (timesteps - 1) + [37 if wrong and wrong["name"] == name else 0],
            "expected_spikes": number,
            "found_spikes": number + (wrong is not None and wrong["name"] == name),
        }
        for name, number in counts.items()
    }
    first = None
    if wrong is not None and must_agree:
        first = {
            "population": wrong["name"],
            "place": "cells[0].nodes[0]",
            "sample": 3,
            "step": timesteps - 1,
            "neuron": [4, 11, 7],
            "expected_spike": 1,
            "found_spike": 0,
            "threshold": 12800,
            "expected_membrane": 12803.0,
            "found_membrane": 12541,
            "causes": [
                "flipped kernel: rotated by 180 degrees in edge 'cell0.node0.edge0'",
                "wrong bias: 1 of 32 channels",
            ],
        }
    return {
        "expected": "pytorch",
        "found": found,
        "must_agree": must_agree,
        "samples": samples,
        "mismatching_spikes": 37 if wrong else 0,
        "mismatching_readouts": (2 if wrong else 0) if must_agree else None,
        "populations": populations,
        "readout_causes": [],
        "first_divergence": first,
    }


def _mapping(rng: random.Random, rows: list[dict[str, Any]], cores: int) -> dict[str, Any]:
    details = [_core(rng, rows, core, cores) for core in range(cores)]
    resources = {}
    for resource, (limit, unit) in LIMITS.items():
        values = [core["usage"][resource] for core in details]
        total = sum(values)
        resources[resource] = {
            "limit": limit,
            "unit": unit,
            "max": max(values),
            "mean": total / cores,
            "total": total,
        }
    bound = {name: entry["total"] / entry["limit"] for name, entry in resources.items()}
    least = max(1, -(-int(max(bound.values()) * 100) // 100))
    traffic = [
        [source, target, round(rng.lognormvariate(3, 2), 2)]
        for source in range(cores)
        for target in sorted({(source + step) % cores for step in (1, 2, 5, cores // 3 + 1)})
        if source != target
    ]
    own = {
        "packets": 18230.5,
        "hops": 2.4,
        "hop_weighted": 43753.2,
        "chip_crossings": 0.0,
        "busiest_link": 2210,
        "busiest_core": 960.25,
    }
    return {
        "cores": cores,
        "chips": -(-cores // 128),
        "lower_bound": {"cores": least, "by_resource": bound},
        "gap": cores / least - 1,
        "resources": resources,
        "mesh": dict(MESH),
        "cores_detail": details,
        "placement": {
            "unit": "packets per sample",
            "strategies": {
                "litesnn": own,
                "row_major": {name: value * 1.6 for name, value in own.items()},
                "random": {name: value * 2.9 for name, value in own.items()},
            },
            "traffic": traffic,
        },
    }


def _core(rng: random.Random, rows: list[dict[str, Any]], core: int, cores: int) -> dict[str, Any]:
    place = core % 128
    router, slot = divmod(place, 4)
    first = core * len(rows) // cores
    held = [rows[first], rows[(first + 1) % len(rows)]] if core % 5 == 4 else [rows[first]]
    filled = rng.betavariate(4, 1.6)
    return {
        "core": core,
        "chip": core // 128,
        "router": [router % 8, router // 8],
        "slot": slot,
        "slices": [
            {
                "population": row["name"],
                "channels": [0, row["shape"][0]],
                "rows": [0, row["shape"][1]],
                "columns": [0, row["shape"][2]],
                "neurons": row["neurons"],
            }
            for row in held
        ],
        "usage": {name: int(limit * filled * rng.uniform(0.3, 1)) for name, (limit, _) in LIMITS.items()},
    }


def _encoding(rng: random.Random, rows: list[dict[str, Any]]) -> dict[str, Any]:
    def entry(ideal: int) -> dict[str, Any]:
        return {
            "ideal_bits": ideal,
            "encoded_bits": int(ideal * 1.4),
            "words": int(ideal * 1.4) // 64,
            "overhead": {"headers": ideal // 10, "indices": ideal // 5, "padding": ideal // 10},
            "encodings": {"sparse": rng.randrange(900), "run-length": rng.randrange(300), "dense": 0},
        }

    return {
        "populations": {row["name"]: entry(row["stored_weights"] * 5) for row in rows},
        "total": entry(sum(row["stored_weights"] * 5 for row in rows)),
    }


def _costs(rng: random.Random, rows: list[dict[str, Any]], silent: bool) -> dict[str, Any]:
    populations = {
        row["name"]: {
            "synaptic_operations": 0 if silent else rng.uniform(1e3, 1e6),
            "neuron_updates": row["neurons"] * 4,
            "spikes": 0 if silent or row["readout"] else rng.uniform(10, 2000),
        }
        for row in rows
    }
    total = sum(entry["synaptic_operations"] for entry in populations.values())
    return {
        "samples": 360,
        "per_sample": {"synaptic_operations": total, "neuron_updates": 181440, "packets": 18230.5, "hops": 43753.2},
        "populations": populations,
        "metrics": {
            "footprint": 184320,
            "connection_sparsity": 0.71,
            "activation_sparsity": 1.0 if silent else 0.893,
            "synaptic_operations": {"Effective_ACs": total, "Effective_MACs": 0, "Dense": 2.1e7},
        },
        "energy": [
            {
                "name": "synaptic operations at 45 nm",
                "value": total * 0.9e-12,
                "unit": "J per sample",
                "status": "INFERRED",
                "source": "Horowitz, ISSCC 2014: FP32 add 0.9 pJ, multiply 3.7 pJ; the estimate SNN papers print",
            },
            {
                "name": "chip energy",
                "value": None,
                "unit": "J per sample",
                "status": "NOT FOUND",
                "source": "no public figure",
            },
        ],
        "time": [],
    }
