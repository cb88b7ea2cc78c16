"""Who may connect: the names the server answers to, the pages it accepts, and the token."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


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
    that has its name point here (DNS rebinding). Bound to anything else, a token is asked for.

    Args:
        host: that the server is bound to.
        token: that every viewer must know; None asks for none.
    """

    host: str
    token: str | None = None

    @classmethod
    def of(cls, host: str, token: str | None = None) -> Guard:
        """The guard of a server: where others can reach it and no token is given, a new one is made."""
        if token is None and not is_loopback(host):
            token = secrets.token_urlsafe(18)
        if token is not None and not 8 <= len(token) <= 256:
            raise ValueError(f"a token has 8 to 256 characters, not {len(token)}")
        return cls(host, token)

    def refusal(self, headers: Mapping[str, str]) -> str | None:
        """Why a request with these headers (names in small letters) is refused; None if it is not."""
        host = headers.get("host", "")
        name = _name(host)
        if name is None:
            return "a request must name the host it is for"
        if is_loopback(self.host) and not is_loopback(name):
            return f"this server answers only to names of this machine, such as localhost, not to {name[:80]!a}"
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != host.lower():
            return "pages of other origins may not connect to this server"
        return None

    def admits(self, token: str | None) -> bool:
        """Whether a viewer with this token may watch."""
        return self.token is None or secrets.compare_digest(_bytes(token or ""), _bytes(self.token))


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


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
