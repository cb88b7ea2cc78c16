"""What computes learning: PyTorch, or the kernels compiled together with the world."""
