"""Networks written as ordinary torch modules: each plays one population, and a run computes them all in one call."""
