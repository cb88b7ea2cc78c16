"""What the holders of a link may do. Each role may do what those before it may, too."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, Self

from forge.embyr.wire.protocol import Act, Control, Join, Leave, Message, Sight

_SHORTEST, _LONGEST = 8, 256  # characters of a token


class Role(IntEnum):
    """What a viewer may do in the world."""

    WATCH = 0
    PLAY = 1
    CONTROL = 2

    @property
    def word(self) -> str:
        """As viewers are told."""
        return self.name.lower()


#: The least role for each message that is not everyone's.
NEEDED: Mapping[type[Message], Role] = {
    Join: Role.PLAY,
    Act: Role.PLAY,
    Leave: Role.PLAY,
    Sight: Role.PLAY,
    Control: Role.CONTROL,
}


class Tokens(NamedTuple):
    """What the holder of each link knows. None can be found from another."""

    watch: str
    play: str
    control: str

    @classmethod
    def of(cls, control: str | None = None) -> Self:
        """New tokens; that of control may be chosen.

        Raises:
            ValueError: if the chosen one is too short or too long.
        """
        if control is not None:
            _check(control)
        return cls(_new(), _new(), control or _new())

    def check(self) -> None:
        """Checks tokens that somebody chose.

        Raises:
            ValueError: if one is too short or too long, or two are the same.
        """
        for token in self:
            _check(token)
        if len(set(self)) < len(self):
            raise ValueError("the tokens of two roles are the same")

    def role(self, token: str | None) -> Role | None:
        """The role of whoever knows this token; None if it is none of them.

        It takes the same time for every token, right or wrong.
        """
        given, found = _digest(token or ""), None
        for role in Role:
            if hmac.compare_digest(given, _digest(self[role])):
                found = role
        return found


def _new() -> str:
    return secrets.token_urlsafe(18)


def _check(token: str) -> None:
    if not _SHORTEST <= len(token) <= _LONGEST:
        raise ValueError(f"a token has {_SHORTEST} to {_LONGEST} characters, not {len(token)}")


def _digest(token: str) -> bytes:
    """Of one length, so that a comparison tells nothing of the token's."""
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).digest()
