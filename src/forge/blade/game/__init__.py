"""The game: which systems there are, and the schemas that they make."""
