"""Creatures: chickens and goblins, where they live, what they do, and what they leave."""
