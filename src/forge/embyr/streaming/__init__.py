"""What is watched, on its way to its viewers, at their pace."""
