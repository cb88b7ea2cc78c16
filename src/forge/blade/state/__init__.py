"""What a batch of worlds holds while it runs: records, arrays, the numbers of its configuration, what is observed."""
