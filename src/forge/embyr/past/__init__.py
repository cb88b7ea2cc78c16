"""What has happened in the world that is watched: told to whoever missed it, within bounds of memory."""
