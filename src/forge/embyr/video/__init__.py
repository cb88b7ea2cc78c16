"""Videos, drawn by the page in a browser without a window."""
