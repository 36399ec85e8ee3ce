"""What trainings and searches share as runs: device and threads, several processes, checkpoints, files that are written."""
