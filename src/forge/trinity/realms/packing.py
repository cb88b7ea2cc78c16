"""Packing: all parameters of a network as one vector for each population, and one that populations share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn

from forge.blade import ConfigError


class Vectors(NamedTuple):
    """Parameters, or their gradients. P populations, m numbers of each, k that they share."""

    own: np.ndarray  # float32 [P, m]
    shared: np.ndarray  # float32 [k]

    @classmethod
    def zeros(cls, populations: int, own: int, shared: int) -> Self:
        """Room for that many numbers."""
        return cls(np.zeros((populations, own), np.float32), np.zeros(shared, np.float32))


class Packing:
    """Where each parameter of a network stands in `Vectors`: in the order of `network.named_parameters()`.

    Args:
        network: with float32 parameters.
        populations: P.
        apart: says of a parameter's name and the parameter whether its leading axis is the population.

    Raises:
        ConfigError: if a parameter is of another type, or is said to be apart and is not P long.
    """

    def __init__(self, network: nn.Module, populations: int, apart: Callable[[str, nn.Parameter], bool]) -> None:
        self.populations = populations
        self._names: list[str] = []
        self._places: list[tuple[bool, slice]] = []
        self.sizes = [0, 0]  # own, shared
        for name, parameter in network.named_parameters():
            own = bool(apart(name, parameter))
            if parameter.dtype != torch.float32:
                raise ConfigError(f"parameter {name!r} is {parameter.dtype}; a network's parameters must be float32")
            if own and parameter.shape[:1] != (populations,):
                raise ConfigError(
                    f"parameter {name!r} has shape {tuple(parameter.shape)}; one that is apart by population needs a "
                    f"leading axis of {populations}"
                )
            size = parameter.numel() // (populations if own else 1)
            begin = self.sizes[not own]
            self.sizes[not own] = begin + size
            self._names.append(name)
            self._places.append((own, slice(begin, begin + size)))

    def zeros(self) -> Vectors:
        """Room for all of it."""
        return Vectors.zeros(self.populations, *self.sizes)

    def read(self, network: nn.Module, into: Vectors) -> None:
        """Copies a network's parameters into vectors."""
        self._gather([parameter.detach() for parameter in network.parameters()], into)

    def read_gradients(self, network: nn.Module, into: Vectors) -> None:
        """Copies the gradients of a network's parameters into vectors: 0 for one that played no part."""
        self._gather([parameter.grad for parameter in network.parameters()], into)

    def write(self, network: nn.Module, vectors: Vectors) -> None:
        """Copies vectors into a network's parameters."""
        for parameter, (own, place) in zip(network.parameters(), self._places, strict=True):
            numbers = parameter.detach().numpy()
            np.copyto(numbers, (vectors.own[:, place] if own else vectors.shared[place]).reshape(numbers.shape))

    def named(self, vectors: Vectors) -> Iterator[tuple[str, np.ndarray, bool]]:
        """Each parameter's name and numbers, and whether these are apart by population: [P, n] then, else [n]."""
        for name, (own, place) in zip(self._names, self._places, strict=True):
            yield name, vectors.own[:, place] if own else vectors.shared[place], own

    def _gather(self, tensors: list[Tensor | None], into: Vectors) -> None:
        for tensor, (own, place) in zip(tensors, self._places, strict=True):
            room = into.own[:, place] if own else into.shared[place]
            if tensor is None:
                room[...] = 0
            else:
                np.copyto(room, tensor.numpy().reshape(room.shape))
