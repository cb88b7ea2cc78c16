"""Which requests are answered: by the name they ask for, the page they come from, and the token they know."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from forge.embyr.access.roles import Role, Tokens


def is_loopback(host: str) -> bool:
    """Whether an address or a name can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Guard:
    """Checks of every request.

    Bound to loopback, the server answers only to names of this machine: another name in `Host` is a page elsewhere
    that has its name point here (DNS rebinding). Where others can reach it, tokens are asked for.

    Args:
        host: that the server is bound to.
        tokens: of the roles; None asks for none, and everyone has control.
        names: that it answers to besides, such as that of a hub which passes requests on.
    """

    host: str
    tokens: Tokens | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, host: str, token: str | Tokens | None = None, names: Sequence[str] = ()) -> Guard:
        """The guard of a server. Where others can reach it, new tokens are made unless they are given.

        Args:
            host: that the server is bound to.
            token: of control, or of every role.
            names: that it answers to besides.

        Raises:
            ValueError: if a token is too short or too long, or a name has a port or a path.
        """
        for name in names:
            if _name(name) != name.lower():
                raise ValueError(f"{name!r} is no name of a host; a name is such as hub.example, without port and path")
        if isinstance(token, Tokens):
            token.check()
            tokens: Tokens | None = token
        else:
            tokens = None if token is None and is_loopback(host) and not names else Tokens.of(token)
        return cls(host, tokens, tuple(name.lower() for name in names))

    @property
    def token(self) -> str | None:
        """That of control, if there is one."""
        return None if self.tokens is None else self.tokens.control

    def role(self, token: str | None) -> Role | None:
        """What whoever has this token may do; None if it is wrong."""
        return Role.CONTROL if self.tokens is None else self.tokens.role(token)

    def refusal(self, headers: Mapping[str, str]) -> str | None:
        """Why a request with these headers (names in small letters) is refused; None if it is not."""
        host = headers.get("host", "")
        name = _name(host)
        if name is None:
            return "a request must name the host it is for"
        if is_loopback(self.host) and not is_loopback(name) and name not in self.names:
            return (
                f"this server answers only to names of this machine, such as localhost, not to {name[:80]!a}: "
                "behind a proxy, start it with --name and the proxy's name"
            )
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != host.lower():
            return "pages of other origins may not connect to this server"
        return None


def _netloc(origin: str) -> str:
    """Host and port of an origin in small letters; empty if it has none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
