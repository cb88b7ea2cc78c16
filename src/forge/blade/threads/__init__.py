"""Threads for compiled code: how many pay, and a pool that neither spins for long nor waits for who has not begun.

- `cores`: how many cores this process may use.
- `atomic`: what threads say to each other.
- `share`: a kernel's items, shared out among threads.
- `pool`: the threads.
"""
