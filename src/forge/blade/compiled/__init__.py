"""How compiled code is made: the options and the cache of kernels, vector operations, random streams."""
