"""Runs: the folder, its configuration, lock, metrics and checkpoints."""
