"""The machine and the process on it: what it is, how much memory there is, and what limits a container sets."""
