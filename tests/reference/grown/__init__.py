"""The grown world once more, from its rules alone: one file an idea, as slow as they are easy to check."""
