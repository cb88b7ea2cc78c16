"""Snapshots: the saved fields of a batch of worlds in one .npz file, without pickle.

Whatever is read is checked before compiled code sees it, which indexes and loops by these numbers without a check.
"""

from forge.blade.snapshot.file import Saved, read, write

__all__ = ["Saved", "read", "write"]
