"""Mistakes in what a system from outside declares, and in how it is named: one error before anything runs."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Config, ConfigError, Recording, World
from forge.blade.engine.engine import engine_of, source_of
from forge.blade.extend import Phase, System, Verb, inline
from forge.blade.game.game import GAME
from forge.blade.schema.record import columns_of
from forge.blade.schema.schema import Schema
from tests.outside.plague import PLAGUE
from tests.outside.small import NAMES, SHAPES, TYPES, small_system

MODULE = """
from forge.blade.extend import *

SYSTEM = System("mine", "for a test", {declared})
"""


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a module whose system declares this, in a folder of its own; returns the name of the system."""
    monkeypatch.chdir(tmp_path)

    def write(declared: str, text: str = MODULE) -> str:
        name = f"mine_{abs(hash(declared + text)) % 10**9}"
        (tmp_path / f"{name}.py").write_text(text.format(declared=declared), "utf-8")
        return f"{name}:SYSTEM"

    return write


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('agent=(Column("age", "i4", "again", "ticks"),)', "field of agents 'age' is declared twice: by system 'life'"),
        ('agent=(Column("mood", "i2", "how it feels"),)', "field mood has no unit; say what its numbers are"),
        ('agent=(Column("mood", "i2", "", "points"),)', "field mood has no meaning"),
        ('agent=(Column("mood", "O", "any", "points"),)', "field mood has type 'O'; allowed are i1, i2"),
        ('agent=(Column("pad1", "u1", "it", "points"),)', "agent has the name 'pad1', which is that of what fills"),
        ('agent=[Column("mood", "i2", "it", "points")]', "agent = .* must be a tuple of Column"),
        ('numbers=(Number("mood"),)', "number mood has no value, and is no field of its section"),
        (
            'materials=(Tile("berry", "is eaten", "red"),)',
            "material berry has the colour 'red'; allowed is \"#rrggbb\"",
        ),
        ('materials=(Tile("grass", "again", "#00ff00"),)', "material 'grass' is declared twice"),
        ('causes=(DeathCause("Old Age", "was old"),)', "causes has the name 'Old Age'; allowed are names of Python"),
        ("verbs=(Verb(Phase.MOVE, print, 'It prints.'),)", "verb print must be compiled: put @inline before it"),
        ('features=(Feature("mood", int, int, "", "it", int, int),)', "feature 'mood' .* is no field of agents"),
        ("section=int", "section = <class 'int'> must be a subclass of Section"),
        ("shown=('mood',)", "shown names 'mood'; allowed are those of its `own` that are in arrays: none"),
        ("shown=(3,)", r"shown = \(3,\) must be a tuple of str"),
        (
            'arrays=(Array("all", "agent", lambda z: (z.N,), ""),), shown=("mood",), '
            'own=(Feature("mood", int, int, "", "it", int, int, array="all"),)',
            "feature 'mood' .* is shown, but its array 'all' is of type 'agent'; allowed are i1,",
        ),
    ],
)
def test_a_declaration_that_cannot_be_is_one_error(named: Any, declared: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Config(systems=[named(declared)])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (
            'Array("may", "?", lambda z: (z.N, 3), "")',
            r"mask of choice 'sing' is 'may', bool of shape \[128, 3\]; wanted",
        ),
        ('Array("may", "u1", lambda z: (z.N, 2), "")', r"mask of choice 'sing' is 'may', uint8 of shape \[128, 2\]"),
        ('Array("other", "?", lambda z: (z.N, 2), "")', "mask of choice 'sing' is 'may', no array; wanted"),
    ],
)
def test_a_mask_of_the_wrong_shape_is_one_error(named: Any, array: str, words: str) -> None:
    name = named(f'arrays=({array},), choices=(Choice("sing", "it", lambda c: ("no", "yes"), mask="may"),)')
    with pytest.raises(ConfigError, match=words):
        Config(systems=[name])


BAG = 'Array("bag", "i4", lambda z: (z.N, 3, 1), ""), Array("held", "i4", lambda z: (z.N,), "")'
WEIGHT = 'Feature("weight", int, int, "", "it", int, int),'


def rows_of(features: str = WEIGHT, arrays: str = BAG, world: bool = False, choices: str = "") -> str:
    """What a system with a set of rows declares."""
    return f'arrays=({arrays},), rows=(Rows("bag", "it", "bag", "held", ({features}), {world}),), choices=({choices})'


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('rows=(Rows("seen", "it", "bag", "held", ()),)', "rows have the name 'seen', which is that of another list"),
        ('rows=(Rows("bag", "it", None, "held", ()),)', "array of rows bag = None must name an array"),
        (rows_of("int,"), r"features of rows bag = .* must be a tuple of Feature"),
        (rows_of(""), "rows bag have no features"),
        (rows_of(WEIGHT.replace("int),", "int, abs),")), "feature weight of rows bag is column 0, and is not read"),
        (rows_of(WEIGHT.replace("int),", "int, number=1),")), "feature weight of rows bag is column 0, and is not"),
        (rows_of(2 * WEIGHT), "features of rows bag are weight, weight: each must have a name of its own"),
        (rows_of(choices='Choice("bag", "it", lambda c: ("no",)),'), "choice 'bag' .* has the name of a set of rows"),
        (
            rows_of(choices='Choice("use", "it", lambda c: ("no",), of="sack"),'),
            "choice 'use' of system 'mine' is one of 'sack', which is unknown; allowed are 'seen', 'bag'",
        ),
        (
            rows_of(choices='Choice("use", "it", lambda c: ("no",) * 3, of="bag"),'),
            "choice 'use' has 3 options, but is one of 'bag': wanted are 4, for option 0 is nothing, each other one a",
        ),
        (
            rows_of(choices='Choice("use", "it", lambda c: ("no",) * 3, of="seen"),'),
            "choice 'use' has 3 options, but is one of 'seen': wanted are 32, for option 0 is nobody",
        ),
        (
            rows_of(world=True),
            r"the array of rows 'bag' is 'bag', int32 of shape \[128, 3, 1\]; wanted is .* 'i4' of shape \[L, 1\]",
        ),
        (
            rows_of(arrays='Array("sack", "i4", lambda z: (z.N, 3, 1), "")'),
            r"the array of rows 'bag' is 'bag', no array; wanted is an array 'i4' of shape \[128, L, 1\]",
        ),
        (
            rows_of(arrays=BAG.replace("i4", "i2", 1)),
            r"array of rows 'bag' is 'bag', int16 of shape \[128, 3, 1\]; wanted is .* of shape \[128, 3, 1\]",
        ),
        (
            rows_of(arrays=BAG.replace("(z.N,)", "()")),
            r"count of rows 'bag' is 'held', int32 of shape \[\]; wanted is an array 'i4' of shape \[128\]",
        ),
        (rows_of(arrays=BAG.replace("3", "0")), "the array of rows 'bag', 'bag', has room for no row; wanted is 1"),
        (
            'choices=(Choice("sing", "it", lambda c: ("no", "yes"), matters=abs),)',
            "`matters` of choice sing = .*abs.* must name an array, or be compiled: put @inline before it",
        ),
    ],
)
def test_rows_and_choices_of_them_that_cannot_be_are_one_error(named: Any, declared: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Config(systems=[named(declared)])


def test_a_section_must_not_hide_what_a_configuration_has(named: Any) -> None:
    text = """
from dataclasses import dataclass
from forge.blade.extend import *

@dataclass(frozen=True)
class Quota(Section):
    most: int = number(1, 0, 9, "at most")

SYSTEM = System("quota", "for a test", section=Quota)
"""
    with pytest.raises(
        ConfigError, match="system 'quota' has a section, but quota of a configuration is something else"
    ):
        Config(systems=[named("", text)])


def test_a_name_that_means_nothing_is_one_error(named: Any) -> None:
    for name, words in (
        ("no_such_module_at_all:SYSTEM", "there is no module 'no_such_module_at_all' on the Python path"),
        (named("").replace("SYSTEM", "SISTEM"), "'SISTEM'.*SYSTEM"),
        (named("", "SYSTEM = 3"), "must be a System, not int"),
        (named("", "import no_such_thing"), "its import fails: No module named 'no_such_thing'"),
        (named("", "1 / 0"), "its import fails: ZeroDivisionError: division by zero"),
        ("mine", "one of your own is named module:NAME"),
    ):
        with pytest.raises(ConfigError, match=words):
            Config(systems=[name])
    with pytest.raises(ConfigError, match=r"systems = \'mine:SYSTEM\' must be a list of names"):
        Config(systems="mine:SYSTEM")
    with pytest.raises(ConfigError, match=r"names 'tests\.outside\.plague:PLAGUE' twice"):
        Config(systems=["tests.outside.plague:PLAGUE"] * 2)


def test_a_verb_must_be_found_by_its_name() -> None:
    @inline
    def hidden(state, w):  # type: ignore[no-untyped-def]
        return

    verb = Verb(Phase.GROW, hidden, "It is hidden.")
    with pytest.raises(ConfigError, match="define it at the top level of a module"):
        source_of(Schema(GAME.systems, {"x:X": System("x", "it", verbs=(verb,))}))


def test_a_verb_that_does_not_compile_is_one_line(named: Any) -> None:
    verbs = """
@inline
def wrong(state, w):
    state.nothing[w] = 3

SYSTEM = System("mine", "for a test", verbs=(Verb(Phase.START, wrong, "It is wrong."),))
"""
    name = named("", "from forge.blade.extend import *\n" + verbs)
    with pytest.raises(
        ConfigError, match=r"mine_\d+\.py, line 5: 'state\.nothing\[w\] = 3' does not compile: Unknown attr"
    ):
        World(Config(systems=[name]), threads=1).reset()


def test_what_is_off_is_not_there() -> None:
    """The tick of our own worlds names nothing of a system from outside, and is one file."""
    assert "plague" not in source_of(GAME)
    assert source_of(Schema(GAME.systems, {"tests.outside.plague:PLAGUE": PLAGUE})).count("plague_") > 8
    assert engine_of(GAME) is engine_of(GAME)


@st.composite
def systems(draw: st.DrawFn) -> System:
    """A small system, with any number of any declarations."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
    kinds = [draw(st.sampled_from(TYPES)) for _ in names]
    shapes = [draw(st.sampled_from(SHAPES)) for _ in names]
    return small_system(names, kinds, shapes, draw(st.lists(st.integers(2, 6), max_size=3)))


@given(systems())
@settings(max_examples=60, deadline=None)
def test_what_small_random_systems_declare_is_in_the_schema(system: System) -> None:
    """Ours come first and stay as they are; theirs follow in their order, and nothing overlaps or is lost."""
    schema = Schema(GAME.systems, {"grove:GROVE": system})
    assert {c.name for c in columns_of(schema.agent)} == {c.name for c in (*columns_of(GAME.agent), *system.agent)}
    assert schema.agent.itemsize % 8 == 0
    offsets = sorted((schema.agent.fields[n][1], schema.agent[n].itemsize) for n in schema.agent.names)
    assert all(at + size == then for (at, size), (then, _) in itertools.pairwise(offsets))
    for kind in ("materials", "causes", "events", "terms", "choices", "features"):
        ours, all_of_them = getattr(GAME, kind), getattr(schema, kind)
        assert all_of_them[: len(ours)] == ours
        assert [one.number for one in all_of_them] == list(range(len(all_of_them)))
        assert [one.name for one in all_of_them[len(ours) :]] == [one.name for one in getattr(system, kind)]
    config = Config()
    numbers = schema.numbers_of(dataclasses.replace(config), 0)
    for k, tile in enumerate(system.materials):
        assert numbers[f"material_{tile.name}"] == len(GAME.materials) + k
    layout = schema.layout([config], Recording())
    assert layout["actions"].shape == (1, 128, 3 + len(system.choices))
    compile(source_of(schema), "tick", "exec")
    assert "grove" not in sys.modules
