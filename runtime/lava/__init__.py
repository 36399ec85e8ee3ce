"""The Lava backend: the only place that imports Lava."""
