"""Tries a network on made-up samples, so that one that cannot play says so before it trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Material, Move
from forge.blade.mechanics.tile import LAYOUTS
from forge.blade.state.state import row_length
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples, more_for
from forge.support.checks import ConfigError

_ROWS = 3  # samples of the first population; the others have one less, down to none


@torch.no_grad()
def try_network(network: Network, config: Config) -> None:
    """Has a network judge a few samples.

    Raises:
        ConfigError: naming what it returned and what it must return.
    """
    name, samples = type(network).__name__, made_up(config)
    device = next(network.parameters()).device
    samples = samples if device.type == "cpu" else samples.to(device)
    shape = config.populations, _ROWS
    memory = torch.zeros(*shape, network.memory, device=device) if network.memory else None
    choices = network(samples, memory)
    if not isinstance(choices, Choices):
        raise ConfigError(
            f"{name} returned {type(choices).__name__}; it must return forge.ethyr.networks.network.Choices"
        )
    filled = torch.as_tensor(samples.row_index()[1])
    _check(name, "value", choices.value, shape, filled)
    _check_odds(name, "move", choices.move, (*shape, len(Move)), filled)
    _check_odds(name, "style", choices.style, (*shape, config.styles), filled)
    invalid = choices.move.exp()[..., Move.NORTH][filled]
    if (invalid > 1e-6).any():
        raise ConfigError(f"{name} gives moves that are not valid a probability; see samples.move_bits()")
    _check_memory(name, network.memory, choices.memory, shape, filled)
    _check_targets(name, config, choices, shape, filled)
    _check_more(name, config, choices, shape, filled)


def _check_memory(name: str, width: int, memory: Tensor | None, shape: tuple[int, ...], filled: Tensor) -> None:
    if not width and memory is not None:
        raise ConfigError(f"{name} returned a memory, but its attribute memory is 0")
    if width:
        _check(name, "memory", memory, (*shape, width), filled)


def _check_targets(name: str, config: Config, choices: Choices, shape: tuple[int, ...], filled: Tensor) -> None:
    if not config.learned_targets:
        return
    if choices.target is None:
        raise ConfigError(f"combat.targeting = 'learned', but {name} returned no target")
    styles = torch.zeros(shape, dtype=torch.int64, device=choices.value.device)
    odds = choices.target(styles)
    if odds.ndim != 3 or not 1 <= odds.shape[-1] <= config.sight.agents:
        raise ConfigError(f"{name} returned targets {_words(odds)}; they must be [P, m, 1 .. {config.sight.agents}]")
    _check_odds(name, "target", odds, (*shape, odds.shape[-1]), filled)
    if (odds.exp()[..., 1:][filled] > 1e-6).any():
        raise ConfigError(f"{name} gives targets that are not valid a probability; see Viewer and its targets")


def _check_more(name: str, config: Config, choices: Choices, shape: tuple[int, ...], filled: Tensor) -> None:
    there = layout_of(config).choices
    if {*choices.more} != {choice.name for choice in there}:
        wanted, given = (", ".join(names) or "none" for names in ([choice.name for choice in there], choices.more))
        raise ConfigError(f"{name} returned as more the choices {given}; those of this world are {wanted}")
    for choice in there:
        odds = choices.more[choice.name]
        if choice.after:
            if isinstance(odds, Tensor) or not callable(odds):
                raise ConfigError(f"{name} returned as {choice.name} {_words(odds)}; it must be a function of options")
            odds = odds({column: torch.zeros(shape, dtype=torch.int64) for column, _ in choice.after})
        _check_odds(name, choice.name, odds, (*shape, choice.options), filled)
        assert isinstance(odds, Tensor)
        if (choice.mask or choice.of) and (odds.exp()[..., -1][filled] > 1e-6).any():
            raise ConfigError(
                f"{name} gives options of {choice.name} that are not valid a probability; see Viewer and its valid"
            )


def _check_odds(name: str, part: str, odds: Any, shape: tuple[int, ...], filled: Tensor) -> None:
    _check(name, part, odds, shape, filled)
    sums = odds.exp().sum(-1)[filled]
    if (sums - 1).abs().max() > 1e-3:
        raise ConfigError(
            f"{name} returned as {part} what are no log-probabilities: they add up to {sums[0].item():.4g}; "
            "log_softmax(-1) makes them"
        )


def _check(name: str, part: str, given: Any, shape: tuple[int, ...], filled: Tensor) -> None:
    if not isinstance(given, Tensor) or given.dtype != torch.float32 or given.shape != shape:
        raise ConfigError(f"{name} returned as {part} {_words(given)}; it must be float32 {list(shape)}")
    if not given[filled].isfinite().all():
        raise ConfigError(f"{name} returned as {part} numbers that are not finite")


def _words(given: Any) -> str:
    return f"{given.dtype} {list(given.shape)}".removeprefix("torch.") if isinstance(given, Tensor) else repr(given)


def made_up(config: Config) -> Samples:
    """Samples in which everyone stands alone on grass, sees itself alone, and cannot go north.

    What systems from outside tell is 0, sets of rows are empty, and of their masked choices the last option is invalid.
    """
    P, side = config.populations, 2 * config.sight.radius + 1
    count = np.maximum(_ROWS - np.arange(P), 0)
    layout = layout_of(config)
    windows = np.full((P, _ROWS, side, row_length(config)), int(Material.GRASS), layout.tile)
    windows[:, :, side // 2, side // 2] += LAYOUTS[layout.tile].one_agent
    entities = np.zeros((P, _ROWS, layout.columns), np.int16)
    entities[..., layout.target] = 2**config.styles - 1
    first = np.tile(np.arange(_ROWS + 1, dtype=np.int32), (P, 1))
    moves = np.full((P, _ROWS), 2 ** len(Move) - 1 - (1 << int(Move.NORTH)), np.uint8)
    more = more_for(layout, (P, _ROWS), 1).each(np.zeros_like)
    for choice in layout.choices:
        more.valid[..., choice.low : choice.high] = True
        more.valid[..., choice.low + choice.options - 1 : choice.high : choice.options] = False
    return Samples(windows, entities, first, np.zeros(P, np.int64), count, moves, more)
