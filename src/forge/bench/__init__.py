"""Benchmarks: the speed of the world and of training on this machine, with the method stated beside every figure."""
