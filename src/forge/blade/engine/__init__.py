"""The compiled tick of worlds, made from what their systems declare."""
