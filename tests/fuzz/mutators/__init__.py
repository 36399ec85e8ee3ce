"""How inputs are broken: documents field by field, texts, bytes, containers, and what kind of file stands there."""
