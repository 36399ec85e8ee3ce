"""Cores in SystemVerilog that execute a program's image (docs/hardware.md): what they hold, and their refusals by name."""
