"""Analyses: facts about a graph that passes and checks use; they change nothing."""
