"""Where `StorageError` stands for those who import it from here; it is Blade's, which writes files too."""

from forge.blade.durable import StorageError

__all__ = ["StorageError"]
