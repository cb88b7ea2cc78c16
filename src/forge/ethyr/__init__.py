"""Ethyr: the neural tools, in PyTorch: policies, rollouts, losses, checkpoints. No sockets, no cluster."""
