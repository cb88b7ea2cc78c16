"""What does not compile in a system from outside, said in one line: Numba's own words fill a page."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from numba.core.errors import NumbaError

from forge.blade.schema.schema import Schema
from forge.support.checks import ConfigError

_COLOUR = re.compile(r"\x1b\[\d*m")
_PLACE = re.compile(r'^File "(.+)", line (\d+):$')
_SHORT = 160  # characters of Numba's message


def named(kernel: Callable[..., Any], schema: Schema) -> Callable[..., Any]:
    """A kernel of a schema with systems from outside, which says where in their modules it does not compile.

    Raises:
        ConfigError: when it is called first, naming the line and what Numba says of it.
    """

    @functools.wraps(kernel)
    def called(*args: Any) -> Any:
        try:
            return kernel(*args)
        except NumbaError as error:
            raise ConfigError(in_one_line(str(error), schema)) from error

    return called


def in_one_line(told: str, schema: Schema) -> str:
    """The line of a module of the user's that Numba complains about, and the complaint.

    Args:
        told: Numba's message.
        schema: of the worlds.
    """
    files = {file.name: file for _, file in schema.modules}
    last = ""
    for line in map(str.strip, _COLOUR.sub("", told).splitlines()):
        place = _PLACE.match(line)
        if place and (file := files.get(place[1].rpartition("/")[2].rpartition("\\")[2])):
            source = file.read_text("utf-8").splitlines()[int(place[2]) - 1].strip()
            return f"{file}, line {place[2]}: {source!r} does not compile: {last}"
        if line and not line.startswith(("File", "During", "raised from", "- ", ">>>")):
            last = re.sub(r" of type State\(.*", " of the state", line)[:_SHORT]
    return f"a verb of {', '.join(schema.outside)} does not compile: {last}"
