"""Finds a network by the name that a configuration gives it: one of ours, or a class of the user's, `module:Class`."""

from __future__ import annotations

from torch import nn

from forge.ethyr.learning.settings import NETWORKS
from forge.ethyr.networks.network import Network
from forge.ethyr.networks.policy import Layered, Policy, Recurrent, Remembering
from forge.support.checks import ConfigError
from forge.support.plugins import load

#: Networks that come with the package, by name: those that the compiled engine computes.
OURS: dict[str, type[Network]] = dict(zip(NETWORKS, (Policy, Recurrent, Layered, Remembering), strict=True))


def network_class(name: str) -> type[nn.Module]:
    """The class that a name in `learning.network` means: a `Network`, or another module, which plays one population.

    Args:
        name: as `Learning` allows it: of NETWORKS, or `module:Class` for a class that can be imported, from the
            working folder too.

    Raises:
        ConfigError: if there is no such module or class, or it is no torch module.
    """
    if name in OURS:
        return OURS[name]
    found = load("learning.network", name)
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ConfigError(
            f"learning.network = {name!r} must be a subclass of torch.nn.Module, for one population, or of "
            "forge.ethyr.networks.network.Network, for all of them"
        )
    return found
