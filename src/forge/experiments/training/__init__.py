"""Training: the loop, and how far it is."""
