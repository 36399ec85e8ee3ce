"""SANA-FE networks: its YAML description, and archives of the arrays that its layers are made of. Own readers, without sanafe."""
