"""The machine that a run was on, in words: nothing that names a person, a host or a folder."""

from __future__ import annotations

import os
import platform
from contextlib import suppress

import torch


def machine(device: torch.device) -> dict[str, str | int]:
    """Processor, cores, threads, memory in bytes, system, and the device that computes."""
    found: dict[str, str | int] = {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "device": str(device),
    }
    with suppress(ValueError, OSError):  # not everywhere
        found["memory"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if device.type == "cuda":
        found["accelerator"] = torch.cuda.get_device_name(device)
    return found


def _processor() -> str:
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "not known"
