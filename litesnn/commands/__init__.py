"""The commands, one file each; `litesnn.cli` puts them together."""
