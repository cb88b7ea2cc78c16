"""Paths as people write them: with `~` for a home folder, relative, through links, with a slash at the end."""

from __future__ import annotations

import os
from pathlib import Path

from forge.support.checks import ConfigError, shown


def path_of(given: str | os.PathLike[str]) -> Path:
    """The path that was meant. Everything that takes a path from a user reads it by this.

    Raises:
        ConfigError: if there is nothing, or what no file can be called.
    """
    text = os.fspath(given) if isinstance(given, (str, os.PathLike)) else None
    if not isinstance(text, str):
        raise ConfigError(f"{shown(given)} must be a path, as text or as a Path, not {type(given).__name__}")
    if "\0" in text:
        raise ConfigError(f"{shown(text)} cannot be a path: it holds a null character")
    if not text:
        raise ConfigError("a path is empty; name a file or a folder ('.' is the one you are in)")
    path = Path(text)
    if not text.startswith("~"):
        # `./~` is no home folder, but a Path says `~` for it
        return path.absolute() if str(path).startswith("~") else path
    try:
        return path.expanduser()
    except RuntimeError:  # nobody is called that, so it may well be what a file is called
        return path


def name_of(given: str | os.PathLike[str]) -> str:
    """What a file or a folder is called, also where the path is `.` or ends in `..`."""
    return Path(os.path.normpath(path_of(given).absolute())).name


def as_by_a_shell(word: str) -> str:
    """A word of a command line, with `~` also where no shell has replaced it: in `--folder=~/run`."""
    option, equals, value = word.partition("=")
    if word.startswith("--") and equals and value.startswith("~"):
        return f"{option}={path_of(value)}"
    return str(path_of(word)) if word.startswith("~") else word
