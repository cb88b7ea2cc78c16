"""What systems are built on: the numbers of things, places and neighbourhoods, the log of what happened."""
