"""What `forge COMMAND` does, one command a file."""
