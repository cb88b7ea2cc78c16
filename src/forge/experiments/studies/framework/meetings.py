"""The measurement of a meeting: players of several runs together in the same worlds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from forge.blade import Config
from forge.experiments.evaluation.bouts import Met
from forge.experiments.evaluation.entrants import scripted_entrant, trained_entrant
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.evaluation.meeting import meet
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.studies.framework.measure import identity
from forge.experiments.studies.framework.needs import Milestone, Player
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Results

if TYPE_CHECKING:
    from forge.experiments.studies.framework.store import Store


class Meeting(NamedTuple):
    """Who meets where."""

    names: tuple[str, ...]  # of the players, for people
    players: tuple[Player, ...]
    world: Config
    where: str  # the world in words, such as "among 64"

    @property
    def name(self) -> str:
        """Of the measurement."""
        return f"{' with '.join(self.names)}, {self.where}"

    def measurement(self, settings: Settings, populations: int, busiest: int = 0, seed: int = 0) -> Measurement:
        """What `forge.experiments.evaluation.meeting.meet` finds; the result is what `Evaluation.from_dict` reads.

        Args:
            settings: of the evaluation.
            populations: of the world for each player, as `forge.experiments.evaluation.meeting.seat` takes them.
            busiest: the largest cap of the study's worlds, whose ticks the estimate of the time counts in; 0 means that
                of the world.
            seed: of the worlds and of all choices; the same for meetings that are to be compared.
        """

        def play(store: Store) -> dict[str, Any]:
            entrants = [_entrant(store, player) for player in self.players]
            return meet(entrants, self.world, settings, seed, populations).to_dict()

        what = {
            "measurement": "meeting",
            "players": [identity(player) for player in self.players],
            "world": self.world.to_dict(),
            "settings": settings._asdict(),
            "populations": populations,
            "seed": seed,
            "bouts": True,
        }
        ticks = settings.worlds * (settings.warmup + settings.ticks + settings.horizons[0])
        cap = self.world.spawn.cap
        return Measurement(self.name, what, play, max(1, round(ticks * cap / (busiest or cap))))

    def found(self, results: Results) -> Evaluation:
        """What was measured; players are in the place of populations."""
        return Evaluation.from_dict(results.measured[self.name])

    def met(self, results: Results) -> Met:
        """The same, with the names of the players."""
        return Met(self.names, self.found(results))


def _entrant(store: Store, player: Player) -> Entrant:
    if isinstance(player, Milestone):
        return trained_entrant(store.milestone_path(player.need, player.steps))
    return scripted_entrant(player)


def against_anchors(
    entrants: Sequence[tuple[str, Player]], anchors: Sequence[str], world: Config, where: str
) -> list[Meeting]:
    """Meetings of each entrant with each scripted player, and of these with one another."""
    pairs = [(one, (name, name)) for one in entrants for name in anchors]
    pairs += [((a, a), (b, b)) for k, a in enumerate(anchors) for b in anchors[k + 1 :]]
    return [Meeting((a, b), (player, other), world, where) for (a, player), (b, other) in pairs]
