"""The distribution: its name, the number of this release, and how parts of it are installed. Said here alone."""

from __future__ import annotations

#: What pip knows the package by. `neural-mmo` on PyPI is another project's.
DISTRIBUTION = "neural-mmo-forge"

#: This release. The build reads it here, too.
VERSION = "2.0.0"


def how_to_install(extra: str) -> str:
    """The command that installs the package with one of its extras, from a checkout or from a wheel."""
    wheel = f"{DISTRIBUTION.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    return f"pip install '.[{extra}]' in a checkout, or pip install '{wheel}[{extra}]'"
