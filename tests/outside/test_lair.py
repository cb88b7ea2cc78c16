"""Kinds of creatures that an outside system declares, by hand: where they live, what they do, what they leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.agents import scripted
from forge.blade import Config, ConfigError, Law, Material, Move, Recording, Style, World
from forge.blade.creatures.kinds import CHICKEN, GOBLIN
from forge.blade.extend import Loot, Nature, System
from forge.blade.game.game import OPTIONS
from forge.blade.grown.kinds import COUNT, GOLD, number
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.frame_layout import layout_of
from forge.blade.recording.frame_schema import describe
from forge.blade.schema.schema import Schema
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.experiments.evaluation.entrants import seated
from forge.experiments.evaluation.translation import Translation
from forge.experiments.pictures.palette import creature_colours
from tests.agents.town import Town
from tests.blade.grown.pit import ALL, Pit, bring
from tests.learners import basic
from tests.outside.lair import LAIR

MOSS, NAME = "tests.outside.lair:MOSS", "tests.outside.lair:LAIR"
SYSTEMS = (*ALL, MOSS, NAME)
TROLL, HARE = 3, 4
FOUND = 2  # row of the ledger
PASS, EAST = int(Move.PASS), int(Move.EAST)
MELEE = int(Style.MELEE)
ROOM = """
    ##########
    #........#
    #.F......#
    #........#
    #........#
    #...A....#
    #........#
    #........#
    #........#
    ##########
"""


def den(kind: int, col: int, agents: dict[str, dict[str, object]] | None = None, **changes: object) -> Pit:
    """A pit in which a troll or a hare, creature "0", stands in A's row, 5; A is in column 4."""
    there = {"lair.trolls": int(kind == TROLL), "lair.hares": int(kind == HARE)}
    pit = Pit(ROOM, agents, systems=SYSTEMS, **{**there, **changes})
    bring(pit.state, 1, kind, 5, col)
    pit.world.refresh()
    return pit


def test_kinds_have_numbers_in_the_order_of_their_systems() -> None:
    schema = Law(systems=SYSTEMS).schema
    assert schema.names("natures") == ("chicken", "goblin", "troll", "hare")
    assert (CHICKEN, GOBLIN) == (1, 2)
    assert Law(systems=ALL).schema.tally["slain"].shape == (2,), "worlds without it are what they ever were"
    assert (schema.tally["slain"].shape, schema.life["slain"].shape) == ((4,), (4,))
    (feature,) = (f for f in schema.features if f.name == "creature")
    assert feature.high(Law(systems=SYSTEMS)) == HARE
    assert creature_colours(schema)[TROLL].tolist() == [0x44, 0x55, 0x66]


def test_they_enter_where_they_live_alone() -> None:
    """20 × 20 tiles from 2 on: moss from row 12 on, where trolls are, and grass, where hares are, 20 / 4 inside."""
    small = {"terrain.side": 24, "terrain.border": 2, "spawn.cap": 4, "spawn.populations": 1, "camps.count": 1}
    config = Law(systems=SYSTEMS, **small, **{"lair.trolls": 9, "lair.hares": 6, "camps.radius": 1})
    schema = config.schema
    tiles = np.zeros((24, 24), np.uint8)
    tiles[2:22, 2:22] = Material.GRASS
    tiles[12:21, 3:21] = schema.names("materials").index("moss")
    tiles[4, 4] = schema.names("materials").index("fire")
    world = World(config, 1, 3, threads=1, maps=tiles[None])
    world.reset()
    found = world.state.agents[0, 4:]
    kinds, counts = np.unique(found["creature"], return_counts=True)
    # 32 · 400 / 3844 = 3.3 chickens; goblins have no forest and no scrub
    assert dict(zip(kinds.tolist(), counts.tolist(), strict=True)) == {0: 1, CHICKEN: 3, TROLL: 9, HARE: 6}
    trolls, hares = (found[found["creature"] == kind] for kind in (TROLL, HARE))
    assert (trolls["row"] >= 12).all()
    assert (trolls["health"] == 30).all()
    assert (hares["row"] < 12).all()
    assert min(hares["row"].min(), hares["col"].min()) >= 2 + 5
    assert hares["col"].max() <= 21 - 5
    bare = np.where(tiles == schema.names("materials").index("moss"), np.uint8(Material.GRASS), tiles)
    world = World(config, 1, 3, threads=1, maps=bare[None])
    world.reset()
    assert TROLL not in world.state.agents[0, 4:]["creature"]


@pytest.mark.parametrize("stream", range(6))
def test_a_troll_hunts_as_far_as_it_says(stream: int) -> None:
    """Two columns east of A it draws one of two, of which 1 is a step; three columns away one of four, and wanders."""
    near, far = den(TROLL, 6), den(TROLL, 7)
    for pit in (near, far):
        pit.state.stream[0] = stream
    draws = near.stream
    goes = draws.below(2) == 1
    near.step()
    assert near.place("0") == (5, 6 - goes)
    draws = far.stream
    down, right = ((-1, 0), (1, 0), (0, 1), (0, -1))[draws.below(4)] if draws.below(4) == 0 else (0, 0)
    far.step()
    assert far.place("0") == (5 + down, 7 + right)


def test_a_troll_strikes_who_is_beside_it_and_a_hare_nobody() -> None:
    """A blow a tick, hit or miss, while A lives. A hare is struck, and does not strike back."""
    pit = den(TROLL, 5)
    blows = 0
    for _ in range(10):
        pit["A"]["health"] = 10
        pit.step()
        blows += len([one for one in pit.events("attack") if one[:2] == (-1, 1)])
    assert blows == 10
    pit = den(HARE, 5)
    for _ in range(10):
        pit.step(A=(PASS, MELEE))
        assert {one[0] for one in pit.events("attack")} <= {1}


@pytest.mark.parametrize(
    ("fate", "wanted"),
    [
        # gold where 2 of 3 is drawn; 1 + what is drawn of 3 ores; a sword where 0 of 4 is drawn
        ([(3, 0), (3, 2), (4, 1)], {"goblin": 2, "tin_ore": 3}),
        ([(3, 2), (10, 9), (3, 0), (4, 3)], {"goblin": 2, "gold": 14, "tin_ore": 1}),
        ([(3, 1), (3, 1), (4, 0)], {"goblin": 2, "tin_ore": 2, "iron_sword": 1}),
    ],
)
def test_what_it_leaves_is_drawn_as_it_says_and_is_in_the_books(
    fate: list[tuple[int, int]], wanted: dict[str, int]
) -> None:
    """A strikes with level 90 · 64 against level 9: 9 · 64 = 576. Experience of the kill: 120 · 10, and 3 · 10."""
    pit = den(TROLL, 5, {"A": {"levels": {"melee": 90}}})
    pit["0"]["health"], pit["0"]["freeze"] = 1, 2
    pit["0"]["grudge_left"] = 0
    pit.state.agents["age"][0, 0] = 0  # so that it strikes nobody: A is immune
    before = pit.experience("A")["melee"]
    for stream in range(1_000_000):
        pit.state.stream[0] = stream
        draws = pit.stream
        hits = draws.below(2 * 5761) < 2 * 5760 - 576
        draws.below(10)
        if hits and all(draws.below(n) == k for n, k in fate):
            break
    pit.step(A=(PASS, MELEE))
    assert int(pit.state.stream[0]) == draws.state, "nothing else is drawn"
    assert pit.pack("A") == wanted
    books = pit.state.ledger[0, FOUND]
    columns = {number(name) if name != "gold" else GOLD: count for name, count in wanted.items()}
    assert {k: int(books[k]) for k in range(COUNT + 1) if books[k]} == columns
    assert pit.experience("A")["melee"] - before == 1200 + 30
    assert pit.events("slay") == [(1, -1, TROLL, 0)]
    assert pit.state.tally["slain"].tolist() == [[[0, 0, 1, 0]]]
    assert sorted(pit.events("take")) == sorted((1, -1, kind, count) for kind, count in columns.items())


def test_a_snapshot_holds_them_and_the_world_goes_on_to_the_same_bits() -> None:
    many = {"lair.trolls": 6, "lair.hares": 6, "spawn.cap": 32, "spawn.populations": 2, "combat.immunity": 3}
    world = World(Config(systems=SYSTEMS).replace(**many), 2, 5, threads=1, record=Recording(events=True))
    players, observation = scripted("random", world.config, seed=2), world.reset()
    for _ in range(40):
        observation, *_ = world.step(players.act(observation))
    assert TROLL in world.state.agents["creature"]
    saved = world.snapshot()
    other = World.restore(saved, threads=2)
    for _ in range(40):
        actions = players.act(observation)
        observation, *_ = world.step(actions)
        other.step(actions)
    assert world.hash() == other.hash()
    slot = 32 + 32 + 8  # of the first troll
    world.state.agents[0, slot]["health"] = 31
    world.state.agents[0, slot]["creature"] = TROLL
    with pytest.raises(ConfigError, match=r"agents.health of world 0, slot 72, is 31, which no creature of its kind"):
        World.restore(world.snapshot())


def test_worlds_of_a_batch_have_as_many_of_each() -> None:
    one = Law(systems=SYSTEMS, **{"lair.trolls": 3})
    with pytest.raises(ConfigError, match="must share the count of troll: it is 3 in world 0 and 4 in world 1"):
        World([one, one.replace(**{"lair.trolls": 4})], 2)


def test_frames_name_them_and_give_their_colours() -> None:
    pit = den(TROLL, 6)
    frame = FrameSource(pit.world).frame()
    assert frame.creatures["creature"].tolist() == [TROLL]
    (named,) = (
        f.names for s in frame.layout.sections if s.name == "creatures" for f in s.fields if f.name == "creature"
    )
    assert named == ("agent", "chicken", "goblin", "troll", "hare")
    (slay,) = (deed for deed in frame.layout.deeds if deed.name == "slay")
    assert slay.names == named
    told = json.loads(json.dumps(describe(layout=frame.layout)))
    assert told["creatures"][2:] == [
        {"name": "troll", "colour": "#445566", "hunts": True},
        {"name": "hare", "colour": "#998877", "hunts": False},
    ]
    assert layout_of(told).creatures == frame.layout.creatures
    for wrong in ({"colour": "red"}, {"hunts": 1}, {"name": "x" * 1000}):
        with pytest.raises(ValueError, match=r"troll|creature"):
            layout_of({**told, "creatures": [{**told["creatures"][2], **wrong}]})


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "flees"), [(TROLL, True), (HARE, False)])
@pytest.mark.parametrize("who", ["artisan", "hunter", "trader"])
def test_scripted_agents_flee_what_hunts_and_no_other(who: str, kind: int, flees: bool) -> None:
    """A goes west, home or for the hare, on whose way it stands; a hunter with an iron sword flees a troll, too.

    With moss there are nine materials, so that tiles take two bytes: they find their way by what they know of them, in
    the middle of a window that is larger than theirs.
    """
    drawing = """
        ############
        #..........#
        #..........#
        #.F....A...#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        ############
    """
    laden = {"pack": {"iron_sword": 1, "goblin": 4}, "levels": {"melee": 10}}
    there = {"lair.trolls": int(kind == TROLL), "lair.hares": int(kind == HARE), "sight.radius": 9}
    town = Town(drawing, {"A": laden}, systems=[MOSS, NAME], **there)
    bring(town.pit.state, 1, kind, 3, 5)
    town.pit.world.refresh()
    assert (town.chosen(who)["move"] != Move.WEST) == flees


def test_a_policy_that_does_not_know_them_sees_goblins_and_chickens() -> None:
    own, world = Law(systems=ALL), Law(systems=SYSTEMS, **{"lair.trolls": 1, "lair.hares": 1})
    agents = np.zeros((1, 5), world.schema.agent)
    agents["creature"] = [[0, CHICKEN, GOBLIN, TROLL, HARE]]
    shown = Translation(own, world)._agents(agents)
    assert shown["creature"].tolist() == [[0, CHICKEN, GOBLIN, GOBLIN, CHICKEN]]
    untrained = make_policy(own, basic(hidden=16), torch.Generator().manual_seed(0))
    player = seated(Actor(untrained, own, 0), Path("a run"), world)
    played = World(world, 1, 5, threads=1)
    observation = played.reset()
    for _ in range(3):
        observation, *_ = played.step(player.act(observation))


def nature(**declared: Any) -> Nature:
    """A kind of creatures that can be, but for what is said of it."""
    plain: dict[str, Any] = {
        "name": "imp", "count": lambda config: 1, "health": 5, "level": 1, "lives_on": ("grass",), "experience": 1,
        "colour": "#123456",
    }  # fmt: skip
    return Nature(**{**plain, **declared})


def schema_with(*natures: Nature, without: bool = False) -> Schema:
    """Of a world with creatures, and these."""
    names = [name for name in ALL if not (without and name == "creatures")]
    ours = {name: OPTIONS[name] for name in names}
    return Schema(Law().schema.systems, {**ours, "mine:SYSTEM": System("mine", "for a test", natures=natures)})


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"name": "goblin"}, "creature 'goblin' is declared twice: by system 'creatures' and by system 'mine'"),
        ({"name": "Imp"}, "natures has the name 'Imp'; allowed are names of Python in lower case"),
        ({"colour": "red"}, "creature imp has the colour 'red'; allowed is \"#rrggbb\""),
        ({"lives_on": ("gras",)}, "creature 'imp': lives_on: unknown material 'gras'; did you mean 'grass'"),
        ({"lives_on": "grass"}, "creature 'imp': lives_on = 'grass' must be a tuple of names of materials"),
        ({"loot": (Loot("golt"),)}, "creature 'imp': loot: unknown item 'golt'; did you mean 'gold'"),
        ({"loot": ("gold",)}, r"creature 'imp': loot = \('gold',\) must be a tuple of Loot"),
        ({"loot": (Loot("gold", least=0),)}, "loot 'gold': least = 0; allowed are whole numbers, 1 .. 1000000"),
        ({"loot": (Loot("gold", one_in=2, wins=2),)}, "loot 'gold': wins = 2 is not below one_in, 2"),
        ({"loot": (Loot("gold"),) * 27}, "creature 'imp' leaves 27 things; allowed are 26"),
        ({"health": 100}, "creature 'imp': health = 100; allowed are whole numbers, 1 .. 99"),
        ({"level": 2.5}, "creature 'imp': level = 2.5; allowed are whole numbers, 1 .. 99"),
        ({"hunts": -1}, "creature 'imp': hunts = -1; allowed are whole numbers, 0 .. 1000"),
        ({"shy": 1}, "creature 'imp': shy = 1; allowed are True and False"),
        ({"count": 3}, "creature 'imp': count = 3 must be a function of a configuration"),
    ],
)
def test_a_kind_that_cannot_be_is_one_error(declared: dict[str, Any], words: str) -> None:
    schema_with(nature())
    with pytest.raises(ConfigError, match=words):
        schema_with(nature(**declared))


def test_creatures_need_their_system_and_are_not_too_many() -> None:
    with pytest.raises(
        ConfigError, match=r"system 'mine' declares creatures \(imp\), which 'creatures' moves: name that"
    ):
        schema_with(nature(), without=True)
    six = [nature(name=f"imp{k}") for k in range(6)]
    assert len(schema_with(*six).natures) == 8
    with pytest.raises(ConfigError, match=r"the systems declare 9 kinds of creatures, chicken, .*; allowed are 8"):
        schema_with(*six, nature())
    assert LAIR.natures[0].look == ("troll", "#445566", True)


@pytest.mark.parametrize("count", [-1, 1.5, "2"])
def test_a_count_that_is_none_is_one_error(count: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Law(systems=SYSTEMS)
    wrong = LAIR.natures[0]._replace(count=lambda config: count)
    monkeypatch.setattr(config.schema, "natures", (*config.schema.natures[:2], wrong))
    with pytest.raises(ConfigError, match=r"creature 'troll': count makes .*; allowed are whole numbers from 0"):
        config.schema.bodies(config)
