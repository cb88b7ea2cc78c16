"""Statistics: estimates with intervals, and numbers in words."""
