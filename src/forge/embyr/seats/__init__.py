"""People in the world: whom they play, and what they are shown while they do."""
