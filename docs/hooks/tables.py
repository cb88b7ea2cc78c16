"""mkdocs hook: tables made from the declarations in the code, in place of lines such as `<!-- table: record EVENT -->`.

A page says where a table stands; what is in it is said once, in `src/forge`.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import forge
import forge.blade as blade
from forge import cli
from forge.blade import PRESETS, Chaos, Config, Law
from forge.blade.engine.rulebook import tick_list
from forge.blade.game.game import GAME, OPTIONS
from forge.blade.grown.kinds import KINDS, Kind
from forge.blade.schema.record import columns_of
from forge.blade.schema.versions import CONFIGURATION_RELEASES, SNAPSHOT_RELEASES
from forge.ethyr.learning.settings import CHANGEABLE, Learning
from forge.experiments.runs.settings import Session, Training

_MARK = re.compile(r"^<!-- table: (\w+)((?: \w+)*) -->$", re.M)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Puts tables where a page asks for them."""
    return _MARK.sub(lambda found: TABLES[found[1]](*found[2].split()), markdown)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; an empty cell is a dash."""
    lines = [tuple(head)]
    lines += [("---",) * len(lines[0]), *map(tuple, rows)]
    return "\n".join(f"| {' | '.join((cell or '–').replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def sections() -> Iterator[tuple[str, str, type]]:
    """The tables of a run's TOML file: name, prefix of its fields in Python, and class."""
    yield from ((f"world.{f.name}", f"{f.name}.", type(f.default)) for f in dataclasses.fields(Config))
    for name, part in OPTIONS.items():
        if part.section is not None:
            yield f"world.{name}", f"{name}.", part.section
    yield "run", "", Session
    yield "learning", "", Learning


def packages() -> str:
    """Every package below `forge`, in the order of its parts, with what it says of itself."""
    root = Path(forge.__file__).parent
    folders = sorted(path.parent for path in root.rglob("__init__.py") if path.parent != root)
    said = {folder: ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) for folder in folders}
    rows = (
        (f"`forge/{folder.relative_to(root).as_posix()}`", (said[folder] or "").split("\n")[0]) for folder in folders
    )
    return table(("package", "what it is"), rows)


def materials() -> str:
    """What tiles can be of, as the systems declare it."""
    rows = ((str(m.number), m.name, "yes" if m.enterable else "no", m.meaning) for m in GAME.materials)
    return table(("id", "material", "may be entered", "what it is"), rows)


def tick(preset: str = "") -> str:
    """The phases of a tick, as the systems of all worlds declare them, or those of a preset."""
    return tick_list(PRESETS[preset]().schema if preset else GAME)


def options() -> str:
    """The systems that are part of a world where a configuration names them."""
    rows = ((f"`{name}`", part.about, ", ".join(f"`{n}`" for n in part.needs)) for name, part in OPTIONS.items())
    return table(("`systems = [...]`", "what it is", "needs"), rows)


def items() -> str:
    """The kinds of items, as the trades and fights know them."""
    rows = (
        (
            str(number),
            kind.name,
            f"{kind.trade.name.lower()} {kind.level}" if kind.trade is not None else "",
            f"{kind.takes} {kind.of}" if kind.of else "",
            str(kind.experience or ""),
            _use(kind),
        )
        for number, kind in enumerate(KINDS)
    )
    return table(("number", "kind", "made at level", "of", "experience", "what it does"), rows)


def _use(kind: Kind) -> str:
    if kind.food:
        return f"eaten: health +{kind.health}, food +{kind.food}"
    if kind.used is None:
        return ""
    numbers = (("attack", kind.attack), ("strength", kind.strength), ("defence", kind.defence))
    return f"{kind.used.name.lower()}: " + ", ".join(f"{name} {value}" for name, value in numbers if value)


def configuration() -> str:
    """All fields of a configuration, a table for each of its sections."""
    parts = []
    for name, prefix, kind in sections():
        summary = (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
        rows = (field_row(name, prefix, f) for f in dataclasses.fields(kind))
        head = ("field", "type", "default", "allowed", "meaning", "since")
        parts += [f"## `[{name}]`", f"`{kind.__module__}.{kind.__name__}`. {summary}", table(head, rows)]
    return "\n\n".join(parts)


def field_row(table_name: str, prefix: str, field: dataclasses.Field[Any]) -> tuple[str, ...]:
    """One field: name, type, default, what is allowed, meaning, first release."""
    about = field.metadata
    return (
        f"`{prefix}{field.name}`",
        str(field.type),
        _defaults(table_name, field),
        _allowed(field),
        about["doc"],
        CONFIGURATION_RELEASES[about["since"].version],
    )


def _defaults(table_name: str, field: dataclasses.Field[Any]) -> str:
    """The default, and those of Law and of a training run where they are others."""
    found = [_plain(field.default)]
    section = table_name.removeprefix("world.")
    if section != table_name:
        for words, config in (("in Chaos", Chaos()), ("in Law", Law()), ("in a training run", Training().world)):
            value = getattr(getattr(config, section, None), field.name, field.default)
            if value != field.default:
                found.append(f"{words} {_plain(value)}")
    return "; ".join(found)


def _allowed(field: dataclasses.Field[Any]) -> str:
    if "options" in field.metadata:
        return ", ".join(f"`{option}`" for option in field.metadata["options"])
    if "limits" in field.metadata:
        return f"{_plain(field.metadata['limits'].low)} .. {_plain(field.metadata['limits'].high)}"
    return "`true`, `false`" if field.type == "bool" else "text"


def _plain(value: Any) -> str:
    """A value as TOML has it; powers that people know by their exponents as such."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    for base, least in ((10, 5), (2, 20)):
        for exponent in range(least, 64):
            for less, words in ((0, ""), (1, " − 1")):
                if abs(value) == base**exponent - less:
                    return f"{'−' if value < 0 else ''}{base}^{exponent}{words}"
    return f"{value}".replace("-", "−", 1) if value < 0 else f"{value}"


def record(name: str) -> str:
    """The columns of a record of `forge.blade`."""
    dtype = getattr(blade, name)
    rows = (
        (
            f"`{c.name}`",
            dtype[c.name].base.name,
            f"[{', '.join(map(str, c.shape))}]" if c.shape else "",
            c.unit,
            c.meaning,
            SNAPSHOT_RELEASES[c.since.version],
        )
        for c in columns_of(dtype)
    )
    return table(("column", "dtype", "shape", "unit", "meaning", "since"), rows)


def enum(name: str) -> str:
    """The members of an enumeration of `forge.blade`."""
    return table(("value", "name"), ((str(m.value), f"`{name}.{m.name}`") for m in getattr(blade, name)))


def commands() -> str:
    """The commands of `forge`."""
    rows = ((f"`forge {name}`", c.summary, f"`[{c.extra}]`" if c.extra else "") for name, c in cli.COMMANDS.items())
    return table(("command", "what it does", "needs"), rows)


def usage() -> str:
    """What each command says of itself with `--help`; of the fields of a configuration, which have a page, no more."""
    parts = []
    for name, command in cli.COMMANDS.items():
        module = importlib.import_module(command.module)
        parts += [f"## `forge {name}`", *(f"```text\n{text}\n```" for text in _texts(module))]
    return "\n\n".join(parts)


def _texts(module: ModuleType) -> list[str]:
    """The help of a command, or of each of its kinds, without the fields of a configuration."""
    if hasattr(module, "USAGE"):  # its options are all those fields
        text = getattr(module, "HELP", f"usage: {module.USAGE}").strip()
        return [text.removesuffix("The options of forge train:").strip()]
    text = _help(module, [])
    kinds = re.match(r"usage: forge \w+ \[-h\] \{([\w,]+)\}", text)
    return [_help(module, [kind]) for kind in kinds[1].split(",")] if kinds else [text]


def _help(module: ModuleType, words: list[str]) -> str:
    """What a command prints with `--help`, 100 columns wide."""
    printed, width = io.StringIO(), os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            module.main([*words, "--help"])
    finally:
        os.environ.pop("COLUMNS")
        if width is not None:
            os.environ["COLUMNS"] = width
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


def listing(name: str) -> str:
    """The text of a module beside the tutorials."""
    path = Path(__file__).resolve().parents[2] / "examples" / "tutorials" / f"{name}.py"
    return f'```python title="{path.name}"\n{path.read_text("utf-8")}```'


def changeable() -> str:
    """The fields of [learning] that a schedule may change."""
    return ", ".join(f"`{name}`" for name in CHANGEABLE) + "."


TABLES: dict[str, Callable[..., str]] = {
    "packages": packages,
    "materials": materials,
    "tick": tick,
    "options": options,
    "items": items,
    "configuration": configuration,
    "record": record,
    "enum": enum,
    "commands": commands,
    "usage": usage,
    "listing": listing,
    "changeable": changeable,
}
