"""The grown world, in both engines."""
