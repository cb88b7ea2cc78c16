"""What scripted agents of the grown world are: they see what they carry, what they can do, and what things cost."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from forge.agents.base import Compiled, Script, Sight
from forge.blade import Config, Observation
from forge.blade.grown.kinds import COUNT, Skill
from forge.blade.mechanics.bitboards import SIGHT
from forge.blade.schema.system import Choice
from forge.support.checks import ConfigError

#: The systems without which there is nothing for them to do.
NEEDED = ("skills", "items", "work", "camps", "trades")


class Told(NamedTuple):
    """The arrays that decisions are made from: those of `Sight`, and what agents are told of themselves and trade."""

    agents: np.ndarray  # AGENT [W, N], and behind them what else is in view
    window: np.ndarray  # uint8 [W, N, 15, 16]: the last column means nothing
    seen: np.ndarray  # uint16 [W, N, K]
    seen_count: np.ndarray  # int16 [W, N]
    moves: np.ndarray  # uint8 [W, N]
    targets: np.ndarray  # uint8 [W, N, K or 0]
    level: np.ndarray  # uint8 [W, B, skills]
    gifts: np.ndarray  # uint8 [W, N, trades]
    pack: np.ndarray  # uint16 [W, N, kinds]
    gold: np.ndarray  # int32 [W, N]
    camp_way: np.ndarray  # int16 [W, N, 2]: rows and columns to the nearest fire
    may_work: np.ndarray  # bool [W, N, works]
    may_kind: np.ndarray  # bool [W, N, works, kinds]
    exchange_prices: np.ndarray  # int32 [W, 3 kinds]: of each kind best ask, best bid and last price, 0 where none is
    prices_near: np.ndarray  # int32 [W, N, 3 kinds]: the same of the book of the nearest camp
    orders_by_kind: np.ndarray  # int8 [W, N, kinds]: its open orders to sell less those to buy


class Citizen(Compiled):
    """A scripted agent of worlds with work: its kernel is given what `Told` holds, and chooses what work is done, too.

    `kernel` fills rows of `out` by the numbers of choices, `rules.choice_work` and so on, and not by the columns of
    actions: of a choice that does not exist the number is left out of actions afterwards.

    Raises:
        ConfigError: if the worlds lack what its work needs.
    """

    needs: ClassVar[tuple[str, ...]] = NEEDED
    knows: ClassVar[tuple[str, ...]] = (*Compiled.knows, "fire")

    def __init__(self, config: Config, seed: int | None = 0) -> None:
        super().__init__(config, seed)
        name = type(self).__name__.lower()
        if missing := [word for word in self.needs if not self.config.named(word)]:
            raise ConfigError(
                f"{name} needs worlds with the systems {', '.join(self.needs)}; these lack {', '.join(missing)}"
            )
        self._all = np.zeros((0, self.config.spawn.cap, len(self.config.schema.choices)), np.uint8)

    def _look(self, observation: Observation) -> Any:
        seen: Sight = super()._look(observation)
        W, N = seen.seen_count.shape
        more = observation.more
        nothing = {
            "exchange_prices": ((W, 3 * COUNT), np.int32),
            "prices_near": ((W, N, 3 * COUNT), np.int32),
            "orders_by_kind": ((W, N, COUNT), np.int8),
        }
        for name in Told._fields[len(Sight._fields) :]:
            if name not in more and name not in nothing:
                raise ValueError(f"observation.more has no {name}: it is not of worlds with this configuration")
        told = (more[n] if n in more and more[n].shape[-1] else np.zeros(*nothing[n]) for n in Told._fields[6:])
        return Told(*seen, *told)

    def _decide(self, sight: Any, low: int, high: int, out: np.ndarray) -> None:
        if len(self._all) != len(out):
            self._all = np.zeros((*out.shape[:2], len(self.config.schema.choices)), np.uint8)
        super()._decide(sight, low, high, self._all)
        for column, choice in enumerate(self._choices):
            out[:, low:high, column] = self._all[:, low:high, choice.number]

    def _choose(self, choice: Choice, observation: Observation, out: np.ndarray) -> np.ndarray:
        return self._all[:, :, choice.number]

    def script(self) -> Script | None:
        """See `Scripted`: None without an exchange, whose arrays compiled code reads, or if windows are made fit."""
        if not self.config.named("exchange") or self.config.sight.radius != SIGHT or self._known is not None:
            return None
        return Script(type(self).kernel, Told, self._rules, self._headings, self._key, self._calls)  # type: ignore[arg-type]


#: The numbers of the skills and the places of the trades, for compiled code.
FISHING, COOKING, MINING, SMITHING = (int(s) for s in (Skill.FISHING, Skill.COOKING, Skill.MINING, Skill.SMITHING))
