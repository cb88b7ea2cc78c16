"""A run of realms: God and Sword in each, one Pantheon over them, here or on a cluster."""
