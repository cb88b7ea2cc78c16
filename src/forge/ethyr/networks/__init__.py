"""Networks: what one is, those that come with the package, and the layers of unshared weights they are made of."""
