"""The configuration of a world: its sections, how they are read and written, and the versions of every format."""
