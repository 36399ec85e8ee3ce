"""The readers, a file each; `fuzz.registry` lists them."""
