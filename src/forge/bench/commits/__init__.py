"""Two commits against each other on one machine, in processes that take turns."""
