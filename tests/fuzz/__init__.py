"""Damaged files for every reader: `make soak`, or `python -m tests.fuzz --help`.

A mutation is a function of a reader, a seed and a number, so every failure can be had again.
"""
