"""What viewers and the server say to each other, and how much of it is allowed."""
