"""Choices by measured need: bits of files and genotypes, scales per channel, channels that stay; `docs/by-need.md`."""
