"""The configuration of a world, and how it is read and written."""
