"""Reference games of grown worlds with one rule broken each: every one of them must differ from the compiled engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forge.blade import Style
from tests.reference.engine import Game, Place
from tests.reference.grown import tables
from tests.reference.grown.body import Body, Deed
from tests.reference.grown.exchange import Order
from tests.reference.grown.game import Grown
from tests.reference.grown.levels import Blow

#: The broken games by name, each with the case of tests/blade/grown/cases.py that must find it out.
MUTANTS: dict[str, tuple[type[Grown], str]] = {}


def found_by(case: str) -> Callable[[type[Grown]], type[Grown]]:
    """Lists a broken game."""

    def register(game: type[Grown]) -> type[Grown]:
        MUTANTS[game.__name__] = game, case
        return game

    return register


@found_by("open to all")
class BuyersPayWhatTheyOffer(Grown):
    """Also where the other order is older."""

    def buy(self, body: Body, kind: int, price: int) -> None:
        gold = body.gold
        super().buy(body, kind, price)
        body.gold = gold - self.prices[price]


@found_by("open to all")
class YoungerOrdersComeFirst(Grown):
    def others(self, ours: Order) -> list[Order]:
        """Of those at the best price the youngest alone."""
        found = [order for order in super().others(ours) if order.sells != ours.sells]
        prices = [order.price for order in found]
        best = (max if ours.sells else min)(prices, default=None)
        return sorted((o for o in found if o.price == best), key=lambda order: order.number)[-1:]


@found_by("open to all")
class OrdersWaitATickLonger(Grown):
    def close_old(self) -> None:
        self.tick -= 1
        super().close_old()
        self.tick += 1


@found_by("open to all")
class OrdersTakeNoRoom(Grown):
    def load(self, body: Body) -> int:
        return super().load(body) - len(self.orders_of(body))


@found_by("as they are")
class GiftsHelpWorkAlone(Grown):
    """And not what is learned by it."""

    def gain(self, body: Body, skill: int, points: int) -> None:
        gifts, body.gifts = body.gifts, [100] * 4
        super().gain(body, skill, points)
        body.gifts = gifts


@found_by("as they are")
class TheLowestFishIsTriedFirst(Grown):
    def gather(self, body: Body, skill: int, first: int) -> bool:
        for k in range(3):
            if body.level(skill) >= tables.LEVELS[k] and self.succeeds(self.chance(body, skill, tables.LEVELS[k])):
                self.make(body, first + k)
                self.gain(body, skill, tables.EXPERIENCE[k])
                return True
        return False


@found_by("as they are")
class CreaturesMoveFirst(Grown):
    def move_all(self, actions: Mapping[int, Deed]) -> None:
        Grown.move_creatures(self)
        super().move_all(actions)

    def move_creatures(self) -> None:
        pass


@found_by("as they are")
class CreaturesEnterCamps(Grown):
    def step_creature(self, creature: Body, place: Place) -> bool:
        camp_tiles, self.camp_tiles = self.camp_tiles, set()
        done = super().step_creature(creature, place)
        self.camp_tiles = camp_tiles
        return done


@found_by("as they are")
class CreaturesComeATickLater(Grown):
    def remove_creatures(self) -> None:
        self.tick += 1
        super().remove_creatures()
        self.tick -= 1


@found_by("as they are")
class SpoilsGoToWhoCameFirst(Grown):
    def take(self, target: Body, blows: list[Blow]) -> None:
        super().take(target, blows)
        if target.slot in self.killers:
            self.killers[target.slot] = next(blow.attacker for blow in blows if blow.damage > 0)


@found_by("as they are")
class DamageCountsBeyondHealth(Grown):
    def learn(self, blow: Blow, dealt: int) -> None:
        super().learn(blow, blow.damage)


@found_by("as they are")
class WhoWasDamagedHealsATickSooner(Grown):
    def heal(self, agent: Body) -> None:
        agent.hurt = max(0, agent.hurt - 1)
        if agent.hurt == 0:
            Game.heal(self, agent)


@found_by("as they are")
class MageFreezesWhenItMisses(Grown):
    def take(self, target: Body, blows: list[Blow]) -> None:
        super().take(target, blows)
        if any(blow.style == Style.MAGE for blow in blows):
            target.freeze = self.config.combat.mage_freeze


@found_by("as they are")
class CampsProtectOnlyThoseWithin(Grown):
    def may_be_struck(self, attacker: Body, target: Body) -> bool:
        return not self.truce(target.place) and self.struck_without_truce(attacker, target)

    def struck_without_truce(self, attacker: Body, target: Body) -> bool:
        camp_tiles, self.camp_tiles = self.camp_tiles, set()
        may = super().may_be_struck(attacker, target)
        self.camp_tiles = camp_tiles
        return may


@found_by("as they are")
class OrderTurnsAmongAgentsAlone(Grown):
    def turn(self, slot: int) -> int:
        cap = self.config.spawn.cap
        return (slot - self.tick) % cap if slot < cap else slot


@found_by("as they are")
class RefusedBirthsCost(Grown):
    def newborns(self) -> None:
        for mother in [agent for agent in self.agents.values() if agent.reproduces]:
            mother.food = max(0, mother.food - self.config.births.cost)
            mother.water = max(0, mother.water - self.config.births.cost)
            before = mother.food, mother.water
            Grown.newborns(self)
            mother.food, mother.water = before


@found_by("as they are")
class TheSpawnComesBeforeNewborns(Grown):
    def newborns(self) -> None:
        pass

    def spawn(self) -> None:
        super().spawn()
        Grown.newborns(self)


@found_by("as they are")
class GoldOfTheDeadIsLost(Grown):
    def hand_over(self, victim: Body, killer: Body | None) -> None:
        if killer is not None:
            self.note(tables.LOST, tables.GOLD, victim.gold)
            victim.gold = 0
        super().hand_over(victim, killer)
