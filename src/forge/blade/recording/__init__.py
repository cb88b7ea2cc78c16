"""What is kept of worlds as they run: frames, replays, scenes."""
