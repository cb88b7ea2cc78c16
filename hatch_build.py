"""Builds the viewer's page into the package whenever pip builds it: the work is done by client/toolchain.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the client. Nothing is asked for where the page is there and current, as in the sdist."""

    def dependencies(self) -> list[str]:
        """A node to build with, if one is needed and the system has none."""
        client = self._toolchain()
        if client is None or client.is_current() or client.mode() in ("skip", "system"):
            return []
        return [] if client.mode() == "auto" and client.node_on_path() else [client.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the page."""
        client = self._toolchain()
        if client is not None:
            client.build()

    def _toolchain(self) -> ModuleType | None:
        path = Path(self.root) / "client" / "toolchain.py"
        spec = importlib.util.spec_from_file_location("toolchain", path) if path.is_file() else None
        if spec is None or spec.loader is None:
            return None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
