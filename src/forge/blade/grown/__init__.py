"""The grown world: skills, bodies, items and the trades that make them, births and speech; each where it is named."""
