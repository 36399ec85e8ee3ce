"""A program's integers and its trace as plain files for others, and the trace of somebody else held against ours."""
