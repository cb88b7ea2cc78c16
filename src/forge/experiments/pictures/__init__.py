"""A small top view of a world, as pictures and moving pictures, for machines without a browser."""
