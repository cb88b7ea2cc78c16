"""The viewer in a notebook's page: a frame that any notebook shows, without anything of a notebook being imported."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape

#: Where a hub serves the notebook of a user; the hub's own name for it.
PREFIX = "JUPYTERHUB_SERVICE_PREFIX"


@dataclass(frozen=True)
class Inline:
    """A frame that shows a page; as the last value of a cell, a notebook displays it."""

    address: str  # whole, or a path on the host that serves the notebook
    width: str  # of CSS
    height: int  # [px]

    def _repr_html_(self) -> str:
        style = f"width: {self.width}; height: {self.height}px; border: 0"
        return (
            f'<iframe src="{escape(self.address)}" style="{escape(style)}" title="Embyr" '
            'allow="fullscreen; clipboard-write" referrerpolicy="no-referrer"></iframe>'
        )


def proxy_path() -> str | None:
    """The path below which the hub that this process runs on serves ports: `/user/ann/proxy/`; None without a hub."""
    prefix = os.environ.get(PREFIX)
    return None if not prefix else f"{prefix.rstrip('/')}/proxy/"
