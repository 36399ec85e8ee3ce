"""Fuzzing of every reader: hostile and broken inputs made from small valid ones; docs/robustness.md says what is promised."""
