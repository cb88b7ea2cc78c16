"""Whether two commits train to the same bits: `make bits BASE=COMMIT`, or `python -m tests.bits --help`."""
