"""Experience: segments that are played, and what is made of them before they are learned from."""
