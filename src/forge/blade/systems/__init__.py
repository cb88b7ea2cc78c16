"""The systems of the game, one a file: each a verb over one world of a batch."""
