"""Runs as viewers see them: who plays with which of their weights, and how far their training is."""
