"""What was measured on, and with what: a figure of speed means nothing without it."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from forge.support.about import DISTRIBUTION, VERSION

#: Variables that change how threads work.
VARIABLES = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER", "GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
LIBRARIES = ("numpy", "numba", "llvmlite", "torch")


def describe() -> dict[str, Any]:
    """The machine, the versions and the moment: text, numbers and None for what is not known."""
    return {
        "cpu": cpu_model(),
        "cores": psutil.cpu_count(logical=False),
        "threads": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {DISTRIBUTION: VERSION, **{name: _version(name) for name in LIBRARIES}},
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "commit": commit(Path(__file__).parent),
        "load": round(psutil.getloadavg()[0], 2),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def cpu_model() -> str:
    """The processor's name as its maker writes it, with family and model where the system tells them."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        pairs = (line.partition(":") for line in listing.read_text(encoding="utf-8").split("\n\n")[0].splitlines())
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        if name := fields.get("model name"):
            return f"{name} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')})"
    return _said("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or platform.machine()


def commit(folder: Path) -> str | None:
    """The git commit of the sources, marked where files differ from it; None outside a repository."""
    name = _said("git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty")
    return name or None


def _said(*command: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=10
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
