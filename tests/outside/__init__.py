"""Worlds with systems from outside: a module of a user's own, with every kind of declaration."""
