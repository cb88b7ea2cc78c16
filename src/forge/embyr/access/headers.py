"""The headers that every answer has, whatever it answers."""

from __future__ import annotations

from collections.abc import Iterable

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: Pages of this machine, whatever their port: those of a notebook that runs beside the viewer.
THIS_MACHINE = ("http://localhost:*", "http://127.0.0.1:*")


class Headers:
    """Keeps other pages from what is not theirs; which pages may show the viewer in a frame is chosen."""

    def __init__(self) -> None:
        self._framed_by: tuple[str, ...] = ()

    def allow_frames(self, sources: Iterable[str]) -> None:
        """Lets these pages show the viewer in a frame, besides those that may already.

        Args:
            sources: of the policy's directive `frame-ancestors`: 'self', or an origin.

        Raises:
            ValueError: if one holds what would end the directive.
        """
        for source in sources:
            if not source or any(c in source for c in " ;,\r\n\t"):
                raise ValueError(f"{source!r} is no source of frames; one is 'self', or an origin: https://hub.example")
            self._framed_by = (*dict.fromkeys((*self._framed_by, source)),)

    def items(self) -> list[tuple[str, str]]:
        """Names and values."""
        frames = " ".join(self._framed_by) or "'none'"
        policy = (
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
            "worker-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; "
            f"frame-ancestors {frames}"
        )
        return [("Content-Security-Policy", policy), *_ALWAYS.items()]
