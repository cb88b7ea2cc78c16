"""Who may come in, and as what: names and origins, links and their tokens, and those who have not greeted yet."""

from forge.embyr.access.guard import Guard, is_loopback
from forge.embyr.access.roles import Role, Tokens

__all__ = ["Guard", "Role", "Tokens", "is_loopback"]
