"""Checkpoints: tensors and plain values in folders with a manifest."""
