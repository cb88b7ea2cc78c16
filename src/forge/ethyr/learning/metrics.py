"""A line of metrics: what a run has come to, and what happened since the line before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from forge.blade import Cause, RewardTerm
from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema
from forge.blade.society.census import Census
from forge.blade.state.state import State
from forge.ethyr.learning.diagnostics import Afterwards, Diagnostics, Means, Step
from forge.ethyr.learning.metric import Metric, known, mean_of, ratio
from forge.ethyr.learning.society import SOCIETY, society

_DEATHS = {
    Cause.ATTACK: "deaths by an attack: it was the last blow",
    Cause.LAVA: "deaths by lava",
    Cause.HUNGER: "deaths by hunger, or by hunger and thirst in the same tick",
    Cause.THIRST: "deaths by thirst",
}

#: All that a line of metrics may hold. Where no other rule is named, the number is the mean of its list.
METRICS = (
    Metric("steps", "", "agent steps", "since the run began: one for each living agent in each tick"),
    Metric("rounds", "", "rounds", "since the run began; of realms only"),
    Metric("updates", "", "updates", "since the run began: rollouts learned from; of realms, steps of the optimiser"),
    Metric("lives", "", "lives", "that have ended since the run began, in all worlds"),
    Metric("seconds", "", "s", "of training since the run began, without compiling, saving and evaluating"),
    Metric("steps_per_second", "", "1/s", "agent steps by seconds of training"),
    Metric("lifetime", "lifetimes", "ticks", "mean age at death; in all, over all deaths"),
    Metric("deaths", "", "lives", "that ended"),
    *(
        Metric(f"died_{cause.name.lower()}", f"died_{cause.name.lower()}_by_population", "%", f"share of {about}")
        for cause, about in _DEATHS.items()
    ),
    Metric("living", "members", "agents", "alive in a world, at the end of the line; in all, their sum"),
    Metric("policy_loss", "policy_losses", "", "mean loss of the policy, over the updates from a rollout"),
    Metric(
        "value_loss", "value_losses", "", "half the mean squared error of the value, over the updates from a rollout"
    ),
    Metric("entropy", "entropies", "nats", "mean entropy of the policy's choices, over the updates from a rollout"),
    Metric(
        "explained_variance",
        "explained_variances",
        "",
        "1 − Var[G − V] / Var[G] over the samples of a rollout, with the values V it was played with and the returns "
        "G = A + V of generalised advantage estimation: 1 is a perfect estimate, 0 one as good as a constant",
    ),
    Metric(
        "approx_kl",
        "approx_kls",
        "nats",
        "divergence of the policy that played the line's last rollout from the policy after its updates: mean of "
        "(r − 1) − log r over the samples of the rollout's first tick, r being the ratio of the probabilities of the "
        "action taken, after to before",
    ),
    Metric(
        "dead_units",
        "dead_units_by_population",
        "",
        "share of the rectified units of the layer over the encoder that are 0 for all samples of the first tick of "
        "the line's last rollout, after its updates: they learn nothing. Of few samples it says little",
    ),
    Metric(
        "clip_fraction",
        "clip_fractions",
        "",
        "share of the samples whose ratio r is outside 1 ± `learning.ppo_clip`, mean over the updates from a rollout; "
        "of ppo only",
    ),
    Metric(
        "gradient_norm",
        "gradient_norms",
        "",
        "Euclidean norm of the gradient before it is clipped, mean over the updates from a rollout; in all, of all "
        "parameters together",
    ),
    Metric("learning_rate", "", "", "size of the line's last step of the optimiser, warm-up and decay included"),
    Metric("reward", "rewards", "", "mean reward of an agent step, if more than survival is rewarded"),
    *(
        Metric(f"reward_{term}", f"rewards_{term}", "", f"what `reward.{term}` pays of it")
        for term in (term.name.lower() for term in RewardTerm)
    ),
    Metric(
        "lifetime_NAME",
        "",
        "ticks",
        "mean age at death of a player that shares the worlds and does not learn, by its name; of `--among` only",
    ),
    Metric("living_NAME", "", "agents", "of that player, alive in a world at the end of the line"),
    Metric("round_time", "", "ms", "median time of a round; of realms only, as are the next three"),
    Metric(
        "exchange_time",
        "",
        "ms",
        "median time of a round in which the slowest realm did not yet, or no longer, play and learn, and the Pantheon "
        "did not step: parameters on their way out, gradients on their way in",
    ),
    Metric("pantheon_time", "", "ms", "median time of a round in which the Pantheon averages, checks and steps"),
    Metric("restarts", "", "realms", "lost and brought back since the command began"),
    *SOCIETY,
)


class Learned(NamedTuple):
    """How learning went between two lines, as METRICS say. float64 [P] or a number; NaN for what is not known."""

    explained_variance: np.ndarray
    clip_fraction: np.ndarray
    approx_kl: np.ndarray
    dead_units: np.ndarray
    gradient_norm: float
    gradient_norms: np.ndarray
    learning_rate: float


class LearnedMeter:
    """Gathers what a line tells of how learning went."""

    def __init__(self) -> None:
        self._means = [Means() for _ in range(4)]
        self._losses, self._rate = Means(), np.nan

    def add(self, diagnostics: Diagnostics) -> None:
        """Counts a segment."""
        self._means[0].add(diagnostics.explained_variance)
        self._means[1].add(diagnostics.clip_fraction)
        self._losses.add(diagnostics.losses)

    def add_step(self, step: Step) -> None:
        """Counts the steps of the optimiser from a segment."""
        self._means[2].add(step.norms.total)
        self._means[3].add(step.norms.by_population)
        self._rate = step.learning_rate

    def losses(self) -> np.ndarray:
        """The mean losses, as in `Lapse`."""
        return self._losses.read()

    def read(self, afterwards: Afterwards) -> Learned:
        """All of it, and how it is now."""
        shape = afterwards.approx_kl.shape
        explained, clipped, total, norms = (np.broadcast_to(x.read(), shape) for x in self._means)
        return Learned(explained, clipped, *afterwards, float(total[0]), norms, self._rate)


class Lapse(NamedTuple):
    """What happened between two lines. P populations."""

    steps: np.ndarray  # integers [P]: agent steps
    seconds: float
    deaths: np.ndarray  # integers [P, causes], by `Cause`
    lifetime: np.ndarray  # integers [P]: sum over those who died [ticks]
    members: np.ndarray  # float64 [P]: alive at the end, a world
    losses: np.ndarray  # float64 [3, P]: of the policy, of the value, and the entropy; NaN where nothing was learned
    rewards: np.ndarray  # float64 [P, terms]: sums by `RewardTerm`; [0, terms] if survival alone is rewarded
    learned: Learned
    census: Census | None = None  # of the end, with totals since the line before; None tells nothing of a society


def rewards_since(state: State, totals: np.ndarray) -> np.ndarray:
    """What worlds paid since their `State.deed_totals` were `totals`: float64 [P, terms], as `Lapse.rewards`."""
    return np.einsum("wpt,wt->pt", state.deed_totals - totals, state.rules["reward"])


def metrics_line(counts: Mapping[str, int | float], lapse: Lapse, schema: Schema = GAME) -> dict[str, Any]:
    """The line, as plain data: None stands for what is not known, such as the lifetime where nobody died.

    Args:
        counts: since the beginning of the run; `seconds` is the last of them.
        lapse: since the line before.
        schema: of the worlds, which names causes of death and terms of the reward.
    """
    policy, value, entropy = lapse.losses
    deaths = lapse.deaths.sum(1)
    return {
        **counts,
        "seconds": round(counts["seconds"], 3),
        "steps_per_second": round(int(lapse.steps.sum()) / max(lapse.seconds, 1e-9)),
        "lifetime": ratio(lapse.lifetime.sum(), deaths.sum()),
        "lifetimes": [ratio(x, n) for x, n in zip(lapse.lifetime, deaths, strict=True)],
        "deaths": int(deaths.sum()),
        **dict(_causes(lapse.deaths, schema)),
        "living": round(float(lapse.members.sum()), 2),
        "members": np.round(lapse.members, 2).tolist(),
        "policy_loss": mean_of(policy, 5),
        "value_loss": mean_of(value, 6),
        "entropy": mean_of(entropy, 4),
        "policy_losses": _known(policy, 5),
        "value_losses": _known(value, 6),
        "entropies": _known(entropy, 4),
        **_learned(lapse.learned),
        **dict(_rewards(lapse, schema)),
        **({} if lapse.census is None else society(lapse.census, lapse.steps, deaths)),
    }


def _causes(deaths: np.ndarray, schema: Schema) -> Iterator[tuple[str, Any]]:
    """What the dead died of [%], in all and by population."""
    for cause, word in enumerate(schema.names("causes")):
        name, died = f"died_{word}", 100 * deaths[:, cause]
        yield name, ratio(died.sum(), deaths.sum())
        yield f"{name}_by_population", [ratio(x, n) for x, n in zip(died, deaths.sum(1), strict=True)]


def _learned(learned: Learned) -> dict[str, Any]:
    return {
        "explained_variance": mean_of(learned.explained_variance, 4),
        "explained_variances": _known(learned.explained_variance, 4),
        "approx_kl": mean_of(learned.approx_kl, 8),
        "approx_kls": _known(learned.approx_kl, 8),
        "dead_units": mean_of(learned.dead_units, 4),
        "dead_units_by_population": _known(learned.dead_units, 4),
        "clip_fraction": mean_of(learned.clip_fraction, 5),
        "clip_fractions": _known(learned.clip_fraction, 5),
        "gradient_norm": known(learned.gradient_norm, 6),
        "gradient_norms": _known(learned.gradient_norms, 6),
        "learning_rate": known(learned.learning_rate, 12),
    }


def _rewards(lapse: Lapse, schema: Schema) -> Iterator[tuple[str, Any]]:
    """Mean rewards of an agent step, in all and by term, each also by population."""
    if not len(lapse.rewards):
        return
    terms = enumerate(schema.names("terms"))
    sums = {"": lapse.rewards.sum(1)} | {f"_{name}": lapse.rewards[:, term] for term, name in terms}
    for name, by_population in sums.items():
        yield f"reward{name}", ratio(by_population.sum(), lapse.steps.sum(), 6)
        yield f"rewards{name}", [ratio(x, n, 6) for x, n in zip(by_population, lapse.steps, strict=True)]


def _known(values: np.ndarray, digits: int) -> list[float | None]:
    return [known(x, digits) for x in values]
