"""How to learn: the numbers of the learner, as a section of a run's configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from forge.blade.schema.section import Section, choice, number, plain
from forge.support.checks import ConfigError, did_you_mean
from forge.support.plugins import require_trust, trust

#: What computes: `compiled` needs a network and a device that our kernels know, `auto` uses them where they do.
ENGINES = ("auto", "compiled", "torch")

#: Fields of [learning] that may change while a run trains: those of the learner, and those of the optimiser as well.
JUDGED = ("ppo_clip", "discount", "trace", "value_weight", "entropy_weight", "reward_scale", "value_scale")
CHANGEABLE = (*JUDGED, "learning_rate", "weight_decay", "clip", "clip_norm")

#: What configurations of release 2.0 learned by, where it differs from what new ones do.
RELEASE_2_0: dict[str, Any] = {
    "algorithm": "pg", "epochs": 4, "minibatches": 1, "network": "default", "near": 0, "ticks": 16, "warmup": 300,
    "clip_norm": 0.0, "negligible": 0.0, "entropy_weight": 0.03, "matters": False,
}  # fmt: skip

#: Networks that come with the package.
NETWORKS = ("default", "recurrent", "layered", "remembering")
_MOST_WEIGHT = 1e6
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Learning(Section):
    """The learner. Defaults are what we found to learn best; `docs/learning.md` says what each of them is worth.

    To name a network of one's own here is to trust it, see `forge.support.plugins`; a file that names one must be
    trusted to be read.
    """

    algorithm: str = choice("ppo", ("pg", "ppo"), "policy gradient as in v1.0, or proximal policy optimisation")
    epochs: int = number(3, 1, 1000, "passes over one segment with ppo; pg makes one")
    minibatches: int = number(
        4, 1, 100_000, "parts of the worlds, dealt anew in each epoch of ppo, each of which makes an update; at most "
        "as many as there are worlds",
        since=2, before=1,
    )  # fmt: skip
    ppo_clip: float = number(0.2, 0.001, 1e6, "how far ppo lets a probability move, as a share of it")
    network: str = plain(
        "layered",
        "layered, remembering (layered with a memory), default (v1.0's), recurrent (default with a memory), or a class "
        "of your own as module:Class; several with commas between are of one population each, in turn "
        "(docs/networks.md)",
    )
    hidden: int = number(32, 16, 256, "width of the network's layers; a multiple of 16")
    activation: str = choice("relu", ("relu", "none"), "of the layer over the encoder (v1.0: none)")
    near: int = number(
        4, 0, 15, "radius of the tiles that our networks read, at most as far as agents see; 0 means all of those",
        since=2, before=0,
    )  # fmt: skip
    ticks: int = number(
        32, 1, 4096, "ticks of a segment, from which is learned before the next (v1.0: about 3,200 agent steps)"
    )
    discount: float = number(0.97, 0, 1, "discount of future rewards per tick (v1.0: 0.99)")
    trace: float = number(0.95, 0, 1, "λ of the advantage estimate; 1 is the plain bootstrapped return, as in v1.0")
    optimiser: str = choice(
        "adam", ("adam", "adamw"), "Adam as in v1.0, or AdamW, which takes the weight decay out of the gradient",
        since=2, before="adam",
    )  # fmt: skip
    learning_rate: float = number(2e-3, 0, 1, "step size of Adam (v1.0: 1e-3)")
    decay: str = choice(
        "none", ("none", "linear", "cosine"), "how the step size falls to its share decay_to over the horizon",
        since=2, before="none",
    )  # fmt: skip
    decay_to: float = number(
        0.0, 0, 1, "share of the step size that is left at the horizon and after it", since=2, before=0.0
    )
    horizon: int = number(
        0, 0, 2**62, "agent steps since the run began over which the step size decays, as a rule run.steps",
        since=2, before=0,
    )  # fmt: skip
    warmup: int = number(
        30, 0, 10**9, "segments over which the step size grows to its full size; the first ones are small (v1.0: 0)"
    )
    weight_decay: float = number(
        1e-5, 0, 1, "L2 penalty on the weights, added to their gradients; with adamw every step shrinks the weights "
        "by the step size times this",
    )  # fmt: skip
    negligible: float = number(
        1e-15, 0, 1e-6, "a weight as near to 0 as this after a step becomes 0: weight decay takes what nothing asks "
        "for towards 0 for ever, and numbers below 1e-38 are slow on many processors; 0 means never",
        since=2, before=0.0,
    )  # fmt: skip
    clip: float = number(5.0, 0, 1e9, "gradients are clipped elementwise to ± this")
    clip_norm: float = number(
        0.5, 0, 1e9, "the gradient of each population is scaled down to this Euclidean norm before; 0 means never",
        since=2, before=0.0,
    )  # fmt: skip
    value_weight: float = number(1.0, 0, 1e6, "weight of the value loss (v1.0: 0.25)")
    entropy_weight: float = number(0.01, 0, _MOST_WEIGHT, "weight of the entropy bonus (v1.0: 0.01)")
    entropy_weights: str = plain(
        "", "other weights for the entropy of some choices, by their names, as in 'style=0.01 target=0'",
        since=2, before="",
    )  # fmt: skip
    reward_scale: float = number(
        0.03, 0, 1e6, "rewards are multiplied by this; 1 − discount keeps values within 0..1 (v1.0: 1)"
    )
    value_scale: float = number(
        0.0, 0, 1e6, "rewards are multiplied by this · (1 − discount) instead, so that 1 a tick for ever is worth this "
        "whatever the discount; 0 means reward_scale",
        since=2, before=0.0,
    )  # fmt: skip

    @property
    def networks(self) -> tuple[str, ...]:
        """The names in `network`: population p has the one of index p mod their number."""
        return tuple(name.strip() for name in self.network.split(","))

    @property
    def modules(self) -> tuple[str, ...]:
        """Those of `networks` that are of one's own."""
        return tuple(name for name in self.networks if name not in NETWORKS)

    matters: bool = plain(
        True,
        "a choice that can have no effect now (an attack with nobody in reach who can be harmed) adds neither to the "
        "log-probability nor to the entropy",
        since=2,
        before=False,
    )

    def entropy_by_choice(self) -> dict[str, float]:
        """The weights in `entropy_weights`, by the names of choices."""
        try:
            pairs = [word.split("=") for word in self.entropy_weights.replace(",", " ").split()]
            found = {name: float(weight) for name, weight in pairs if name}
            if len(found) < len(pairs) or not all(0 <= weight <= _MOST_WEIGHT for weight in found.values()):
                raise ValueError
        except ValueError:
            raise ConfigError(
                f"learning.entropy_weights = {self.entropy_weights!r} must name choices, each once, with their weights "
                f"from 0 to {_MOST_WEIGHT:g}, as in 'style=0.01 target=0'"
            ) from None
        return found

    @property
    def updates(self) -> int:
        """Updates from one segment."""
        return self.epochs * self.parts if self.algorithm == "ppo" else 1

    @property
    def parts(self) -> int:
        """Into how many parts a segment is dealt, of each of which there is one update in an epoch."""
        return self.minibatches if self.algorithm == "ppo" else 1

    @property
    def reward_factor(self) -> float:
        """What rewards are multiplied by, and so the values that are learned: `reward_scale` unless they follow."""
        return self.value_scale * (1 - self.discount) if self.value_scale else self.reward_scale

    @property
    def clip_ratio(self) -> float:
        """`ppo_clip`, or 0 where probabilities move freely."""
        return self.ppo_clip if self.algorithm == "ppo" else 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.entropy_by_choice()
        if self.hidden % 16:
            raise ConfigError(f"learning.hidden = {self.hidden} must be a multiple of 16")
        for name in self.modules:
            if not _CLASS.fullmatch(name):
                known = did_you_mean("network", name, NETWORKS)
                raise ConfigError(f"learning.network: {known}; a network of your own is named module:Class")
        if self.decay != "none" and not self.horizon:
            raise ConfigError(
                f"learning.decay = {self.decay!r} needs learning.horizon, the agent steps that it takes: as a rule as "
                "many as run.steps. It does not depend on time, so that a run goes on to the same bits"
            )
        if self.value_scale and self.discount == 1:
            raise ConfigError(
                f"learning.value_scale = {self.value_scale} needs a learning.discount below 1: by 1 − discount = 0 all "
                "rewards would be multiplied"
            )
        self._trust()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A pickle is code anyway, so that what it names needs no other trust."""
        self.__dict__.update(state)
        self._trust()

    def _trust(self) -> None:
        trust(*self.modules)

    @classmethod
    def read(cls, given: Any, version: int, table: str = "learning", asked: bool = False) -> Self:
        """The table of a file, as of every section.

        Args:
            given, version, table: as of `Section.read`.
            asked: the user gave it as the configuration; else a network of one's own is refused unless it is trusted.

        Raises:
            Untrusted: if it names one that is not.
            ConfigError: if it cannot be such a table.
        """
        if not asked:
            require_trust(named_networks(given), f"{table}.network")
        return super().read(given, version, table)


def named_networks(table: Any) -> list[str]:
    """The classes that a table names in its field `network`, before it is read; none where it is no such table."""
    network = table.get("network") if isinstance(table, Mapping) else None
    names = [name.strip() for name in network.split(",")] if isinstance(network, str) else []
    return [name for name in names if _CLASS.fullmatch(name)]
