"""Studies: questions answered by training runs, measurements on them, statistics and figures, in one command each."""
