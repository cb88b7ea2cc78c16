"""The action tree: what an agent can do, by name; a readable view over the columns of `forge.blade.world.actions`.

Each tick an agent does one thing of each branch: it passes or moves, and it attacks. A decision is therefore a row of
numbers, one a column; the tree gives them names, numbers every row with one flat index, and says which are valid now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Move, Style
from forge.blade.schema.system import Choice
from forge.blade.state.observation import Observation
from forge.blade.world.actions import COLUMNS, Columns, choices_of
from forge.support.checks import did_you_mean


class Argument(NamedTuple):
    """What an action has to be told: the name of the choice, and the numbers of its column it may take."""

    name: str
    column: str
    values: dict[str, int]


class Node(NamedTuple):
    """An action of the tree. It sets its column to `value`, or leaves the choice to its arguments or its edges."""

    name: str
    column: str
    value: int | None = None
    arguments: tuple[Argument, ...] = ()
    edges: tuple[Node, ...] = ()


class Decision(NamedTuple):
    """One row of the action space. `target` is an entry of the agent's own list of agents in view; 0 is nobody.

    `more` holds the choices of systems from outside, each by its name: the name of the option.
    """

    move: Move
    style: Style
    target: int = 0
    more: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        way = "pass" if self.move is Move.PASS else f"move {self.move.name.lower()}"
        attack = self.style.name.lower() + (f" {self.target}" if self.target else "")
        return ", ".join([way, attack, *(f"{choice} {option}" for choice, option in self.more)])


class ActionTree:
    """The actions of agents in worlds of one configuration.

    Attributes:
        columns: names of the numbers in a row: move, style and, with learned targeting, target; then the choices of
            systems from outside.
        choices: how many values each has.
        size: how many rows there are: the product of `choices`.
        idle: the row of an agent that does as little as the rules allow: it stays; with `combat.hold` it holds, with
            learned targeting it names nobody. With neither, the rules let nobody refrain, and its style is melee.
        branches: the Nodes: pass, move, attack, and one for each choice from outside.
    """

    def __init__(self, config: Config) -> None:
        self._config, self._there = config, choices_of(config)
        self.columns, self.choices = tuple(c.name for c in self._there), Columns.of(config).counts
        self.size = int(np.prod(self.choices))
        self.idle = tuple(int(choice.idle(config)) for choice in self._there)
        self.branches = _branches(config)
        self._rest = np.arange(self.size) == self.index(self.idle)

    def index(self, rows: Any) -> Any:
        """The flat index of a row, or of an integer array of rows [..., columns]: 0 .. size − 1.

        Raises:
            ValueError: if a number is out of range or the last axis is not one of columns.
        """
        given = np.asarray(rows)
        if given.dtype.kind not in "iu" or given.ndim == 0 or given.shape[-1] != len(self.choices):
            raise ValueError(
                f"rows of actions must be integers [..., {len(self.choices)}] ({', '.join(self.columns)}), "
                f"not {given.dtype} {given.shape}"
            )
        for column, name in enumerate(self.columns):
            self._check(name, given[..., column], self.choices[column])
        flat = np.ravel_multi_index(tuple(np.moveaxis(given, -1, 0)), self.choices)
        return int(flat) if given.ndim == 1 else flat

    def row(self, index: Any) -> Any:
        """The row of a flat index, a tuple of integers; for an integer array [...], an int64 array [..., columns].

        Raises:
            ValueError: if an index is out of range.
        """
        given = np.asarray(index)
        if given.dtype.kind not in "iu":
            raise ValueError(f"flat actions must be integers, not {given.dtype}")
        self._check("flat action", given, self.size)
        columns = np.unravel_index(given, self.choices)
        return tuple(map(int, columns)) if given.ndim == 0 else np.stack(columns, -1)

    def decide(self, *words: Any) -> tuple[int, ...]:
        """The row of a decision given by names or numbers: `decide("north", "mage", 3)`, `decide(1, Style.MAGE)`.

        What is left out is as in `idle`.

        Raises:
            ValueError: naming the column, what was given and what is allowed.
        """
        if len(words) > len(self.columns):
            raise ValueError(f"{len(words)} choices given; an action has {', '.join(self.columns)}")
        row = [self._number(column, word) for column, word in enumerate(words)]
        return (*row, *self.idle[len(row) :])

    def name(self, action: Any) -> Decision:
        """The decision that a row or a flat index stands for; its `str` reads as words.

        Raises:
            ValueError: if it is outside the action space.
        """
        row = self.row(action) if np.ndim(action) == 0 else self.row(self.index(action))
        given = dict(zip(self.columns, row, strict=True))
        more = tuple((c.name, c.options(self._config)[given[c.name]]) for c in self._there if c.name not in COLUMNS)
        return Decision(Move(given["move"]), Style(given["style"]), given.get("target", 0), more)

    def masks(self, observation: Observation, where: Any = ...) -> tuple[np.ndarray, ...]:
        """For each column by itself, the choices that are valid in some row.

        Args:
            observation: to read the masks of.
            where: any index into [world, slot], such as `(w, slot)`; the default takes all.

        Returns:
            Boolean arrays [*where, choices], one a column. An empty slot may only be idle.
        """
        alive = observation.alive[where][..., None]
        found = [self._valid(choice, observation, where) for choice in self._there]
        return tuple(
            np.where(alive, valid, np.arange(n) == idle)
            for valid, n, idle in zip(found, self.choices, self.idle, strict=True)
        )

    def _valid(self, choice: Choice, observation: Observation, where: Any) -> np.ndarray:
        """Boolean [*where, options]: what is valid of a choice of the living."""
        if choice.mask == "moves":
            return bits(observation.moves[where], len(Move))
        if choice.mask == "targets":
            return observation.targets[where] > 0
        if choice.given:
            return np.asarray(self._given(choice, observation, where).any(-2))
        if choice.mask is not None:
            return np.asarray(observation.more[choice.mask][where])
        return observation.alive[where][..., None].repeat(len(choice.options(self._config)), -1)

    def _given(self, choice: Choice, observation: Observation, where: Any) -> np.ndarray:
        """Boolean [*where, options of the choice it depends on, options]: what is valid with those of them that are."""
        before = next(one for one in self._there if one.name == choice.given)
        return self._valid(before, observation, where)[..., None] & observation.more[str(choice.mask)][where]

    def valid(self, observation: Observation, where: Any = ...) -> np.ndarray:
        """Which flat actions are valid, boolean [*where, size]: every choice is, with those on which it depends.

        Arguments and empty slots are as in `masks`.
        """
        moves = bits(observation.moves[where], len(Move))
        alive = observation.alive[where][..., None]
        attacks = alive.repeat(self.choices[1], -1)
        if "target" in self.columns:
            pairs = bits(observation.targets[where], self.choices[1])  # [..., target, style]
            attacks = np.swapaxes(pairs, -1, -2).reshape(*alive.shape[:-1], -1)
        valid = (moves[..., :, None] & attacks[..., None, :]).reshape(*alive.shape[:-1], -1)
        for column, choice in enumerate(self._there):
            if choice.given:
                before = np.unravel_index(np.arange(valid.shape[-1]), self.choices[:column])
                also = self._given(choice, observation, where)[..., before[self.columns.index(choice.given)], :]
                valid = (valid[..., :, None] & also).reshape(*alive.shape[:-1], -1)
            elif choice.name not in COLUMNS:
                also = self._valid(choice, observation, where)
                valid = (valid[..., :, None] & also[..., None, :]).reshape(*alive.shape[:-1], -1)
        return np.where(alive, valid, self._rest)

    def __iter__(self) -> Iterator[Decision]:
        """All decisions, in the order of their flat indices."""
        return map(self.name, range(self.size))

    def __str__(self) -> str:
        more = "".join(f", and {name}" for name in self.columns if name not in COLUMNS)
        return "\n".join([f"each tick: pass or move, and attack{more}", *_drawn(self.branches, "")])

    def _number(self, column: int, word: Any) -> int:
        name = self.columns[column]
        if isinstance(word, str):
            known = self._words()[name]
            if word.lower() not in known:
                raise ValueError(did_you_mean(name, word, list(known)))
            return known[word.lower()]
        if isinstance(word, (bool, np.bool_)) or not isinstance(word, (int, np.integer)):
            raise ValueError(f"{name} = {word!r} must be an integer or a name")
        self._check(name, np.asarray(word), self.choices[column])
        return int(word)

    def _words(self) -> dict[str, dict[str, int]]:
        return {
            choice.name: {n: i for i, n in enumerate(choice.options(self._config)) if not (choice.of and n.isdigit())}
            for choice in self._there
        }

    @staticmethod
    def _check(name: str, given: np.ndarray, choices: int) -> None:
        wrong = given[(given < 0) | (given >= choices)]
        if wrong.size:
            raise ValueError(f"{name} = {wrong.flat[0]} is out of range; allowed are 0 .. {choices - 1}")


def bits(sets: np.ndarray, count: int) -> np.ndarray:
    """The lowest `count` bits of each byte: boolean [..., count]."""
    return (sets[..., None] >> np.arange(count, dtype=np.uint8) & 1).astype(bool)


def _branches(config: Config) -> tuple[Node, ...]:
    ways = {move.name.lower(): int(move) for move in Move if move is not Move.PASS}
    entries = {str(entry): entry for entry in range(config.sight.agents)}
    target = (Argument("target", "target", entries),) if config.learned_targets else ()
    styles = tuple(
        Node(style.name.lower(), "style", int(style), () if style is Style.HOLD else target)
        for style in list(Style)[: config.styles]
    )
    return (
        Node("pass", "move", int(Move.PASS)),
        Node("move", "move", arguments=(Argument("direction", "move", ways),)),
        Node("attack", "style", edges=styles),
        *(_branch(choice, config) for choice in choices_of(config) if choice.name not in COLUMNS),
    )


def _branch(choice: Choice, config: Config) -> Node:
    """What a choice from outside adds to the tree."""
    values = {option: number for number, option in enumerate(choice.options(config))}
    return Node(choice.name, choice.name, arguments=(Argument(choice.name, choice.name, values),))


def _drawn(nodes: Sequence[Node], indent: str) -> Iterator[str]:
    for node in nodes:
        told = f"({', '.join(argument.name for argument in node.arguments)})" if node.arguments else ""
        sets = "" if node.value is None else f": {node.column} = {node.value}"
        yield f"{indent}- {node.name}{told}{sets}"
        for argument in node.arguments:
            yield f"{indent}    {argument.name}: {argument.column} = {_listed(argument.values)}"
        yield from _drawn(node.edges, indent + "  ")


def _listed(values: dict[str, int]) -> str:
    if all(name == str(value) for name, value in values.items()):
        return f"{min(values.values())} .. {max(values.values())}"
    return ", ".join(f"{value} {name}" for name, value in values.items())
