"""The lock of an open file, as the system has it: it is exclusive, and goes with its process however that ends."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a byte that no file has: who holds the lock keeps others from reading what is locked

    def take(handle: int, shared: bool = False) -> None:
        """Takes the lock of a file at once.

        Args:
            handle: of the file.
            shared: with others that take it so; where the system knows no such lock, for an instant alone.

        Raises:
            BlockingIOError: if another holds it.
            OSError: if it cannot be had for another reason.
        """
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

    def give_back(handle: int) -> None:
        """Gives the lock back; a file that is only closed keeps it for a while."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def take(handle: int, shared: bool = False) -> None:
        """Takes the lock of a file at once.

        Args:
            handle: of the file.
            shared: with others that take it so.

        Raises:
            BlockingIOError: if another holds it.
            OSError: if it cannot be had for another reason.
        """
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

    def give_back(handle: int) -> None:
        """Gives the lock back."""
        fcntl.flock(handle, fcntl.LOCK_UN)
