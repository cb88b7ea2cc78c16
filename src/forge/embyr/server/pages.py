"""The page: the files of the client that are part of the package, and no others."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response

#: Where the build of the client puts its files.
FOLDER = Path(__file__).parents[1] / "_client"
MISSING = (
    "The viewer's page is not part of this installation: it was installed without building the client.\n"
    "In a checkout, `make client` builds it (with Node 20 or newer), or install again: pip install .\n"
)
# ES modules and WebAssembly do not load under another type, whatever the machine's own table says.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm"}


class _File(NamedTuple):
    body: bytes
    type: str
    cache: str


class Pages:
    """The built client, read once; what is asked for is looked up by its name and never reaches the disk.

    Args:
        folder: with index.html and assets/.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, _File] = {
            "/" + path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def built(self) -> bool:
        """Whether there is a page to serve."""
        return "/index.html" in self._files

    @staticmethod
    def missing() -> Response:
        """The answer to a request for what there is not."""
        return Response("There is no such page.\n", 404, media_type="text/plain")

    def get(self, path: str) -> Response:
        """The answer to a request for a path."""
        if not self.built:
            return Response(MISSING, 503, media_type="text/plain")
        file = self._files.get("/index.html" if path == "/" else path)
        if file is None:
            return self.missing()
        return Response(file.body, 200, {"Cache-Control": file.cache}, file.type)


def _read(path: Path) -> _File:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # the names of what the build puts into assets/ change with their content
    lasting = "public, max-age=31536000, immutable" if path.parent.name == "assets" else "no-cache"
    return _File(path.read_bytes(), kind, lasting)
