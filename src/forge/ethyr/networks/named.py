"""Finds a network by the name that a configuration gives it: one of ours, or a class of the user's, `module:Class`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from forge.ethyr.learning.settings import NETWORKS
from forge.ethyr.networks.network import Network
from forge.ethyr.networks.policy import Policy, Recurrent
from forge.support.checks import ConfigError

_OURS: dict[str, type[Network]] = dict(zip(NETWORKS, (Policy, Recurrent), strict=True))


def network_class(name: str) -> type[Network]:
    """The class that `learning.network` names.

    Args:
        name: as `Learning` allows it: of NETWORKS, or `module:Class` for a class that can be imported, from the
            working folder too.

    Raises:
        ConfigError: if there is no such module or class, or it is not a Network.
    """
    if name in _OURS:
        return _OURS[name]
    module_name, _, class_name = name.partition(":")
    found = getattr(_module(name, module_name), class_name, None)
    if found is None:
        raise ConfigError(f"learning.network = {name!r}: module {module_name} has no {class_name!r}")
    if not (isinstance(found, type) and issubclass(found, Network)):
        raise ConfigError(f"learning.network = {name!r} must be a subclass of forge.ethyr.networks.network.Network")
    return found


def _module(name: str, module_name: str) -> Any:
    here = str(Path.cwd())
    sys.path.insert(0, here)  # the console command does not look there by itself
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise ConfigError(
            f"learning.network = {name!r}: there is no module {error.name!r} on the Python path or in {here}"
        ) from error
    finally:
        sys.path.remove(here)
