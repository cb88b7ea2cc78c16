"""Creatures: what kinds there are, where they live, what they do, and what they leave."""
