"""Samples of worlds with systems from outside hold what agents are told there, row by row."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from forge.blade import World
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.networks.choices import ABSENT, ruled
from tests.outside.worlds import plague_config

CONFIG = plague_config(**{"spawn.cap": 12, "spawn.populations": 2, "sight.agents": 6, "combat.melee_damage": 1})
QUOTA = 6


@pytest.fixture(scope="module")
def world() -> World:
    """Two worlds in which bags and stalls have filled, at different times."""
    world = World(CONFIG, 2, seed=4, threads=2)
    world.reset()
    rng = np.random.default_rng(0)
    options = [len(choice.options(CONFIG)) for choice in CONFIG.schema.choices if choice.options(CONFIG)]
    for _ in range(40):
        world.step(np.stack([rng.integers(0, count, (2, 12)) for count in options], -1))
    return world


def harmable(world: World, w: int, slot: int) -> bool:
    """Whether somebody in view can be harmed: old enough, and within the reach of some attack and two moves."""
    seen = world.observe()
    me, rules = seen.agents[w, slot], CONFIG.combat
    for entry in range(1, seen.seen_count[w, slot]):
        other = seen.agents[w, seen.seen[w, slot, entry]]
        away = max(abs(int(me["row"]) - int(other["row"])), abs(int(me["col"]) - int(other["col"])))
        if other["age"] >= rules.immunity and away <= rules.melee_reach + 2:  # melee alone takes anything here
            return True
    return False


def test_every_sample_holds_what_its_agent_is_told(world: World) -> None:
    rollout, seen = Rollout(CONFIG, 2, 1, matters=True), world.observe()
    rollout.gather(seen, 0, world.state.rules)
    more, layout, schema = rollout.more, rollout.layout, CONFIG.schema
    bits = {choice.name: choice.number for choice in schema.choices}
    found = set()
    for w, slot in np.argwhere(seen.alive):
        p, row = slot // QUOTA, rollout.sample_of[0, w, slot]
        assert row != NO_SAMPLE
        entities = rollout.entities[p, rollout.first[p, row] : rollout.first[p, row + 1]]
        assert (entities[:, : len(schema.features)] == seen.features(w, slot)).all()
        assert not entities[:, len(schema.features) :].any()
        assert (more.own[p, row] == seen.own(w, slot)).all()
        assert (more.around[more.place[p, row]] == seen.around(w)).all()
        for table, rows, counts in zip(layout.sets, more.sets, more.counts, strict=True):
            at = more.place[p, row] if table.world else (p, row)
            told = seen.rows(table.name, w, slot)
            assert counts[at] == len(told)
            assert (rows[at][: len(told)] == told).all()
            found.add((table.name, len(told)))
        for choice in layout.choices:
            if choice.mask:
                assert (more.valid[p, row, choice.low : choice.high] == seen.more[choice.mask][w, slot]).all()
        matters = harmable(world, w, slot)
        assert bool(more.matters[p, row] >> bits["style"] & 1) == matters
        assert bool(more.matters[p, row] >> bits["move"] & 1)  # a choice that declares nothing always does
        healths = seen.agents[w, seen.seen[w, slot, 1 : seen.seen_count[w, slot]]]["health"]
        weaker = bool((healths < seen.agents[w, slot]["health"]).any())
        assert bool(more.matters[p, row] >> bits["give"] & 1) == weaker
        found.add(("style", int(matters)))
        found.add(("give", int(weaker)))
    assert found >= {("style", 0), ("style", 1), ("give", 0), ("give", 1)}  # each of them was there to be seen
    assert len({count for name, count in found if name == "herbs"}) > 1


def test_compact_samples_hold_the_same(world: World) -> None:
    rollout = Rollout(CONFIG, 2, 1, matters=True)
    rollout.gather(world.observe(), 0, world.state.rules)
    samples = rollout.gather(world.observe(), 1, world.state.rules)  # not the first rows
    compact = rollout.compact(samples)
    assert samples.more is not None
    assert compact.more is not None
    for p, (start, count) in enumerate(zip(samples.start, samples.count, strict=True)):
        for name in ("own", "valid", "matters"):
            whole, part = getattr(samples.more, name), getattr(compact.more, name)
            assert (part[p, :count] == whole[p, start : start + count]).all()
        for q in range(count):
            there, here = samples.more.place[p, start + q], compact.more.place[p, q]
            assert (compact.more.around[here] == samples.more.around[there]).all()
            for k, table in enumerate(rollout.layout.sets):
                of, to = (there, here) if table.world else ((p, start + q), (p, q))
                rows = samples.more.counts[k][of]
                assert compact.more.counts[k][to] == rows
                assert (compact.more.sets[k][to][:rows] == samples.more.sets[k][of][:rows]).all()


def test_what_is_not_there_is_not_chosen_even_where_nothing_is_valid() -> None:
    logits = torch.tensor([[0.0, 1.0, ABSENT], [0.0, 1.0, ABSENT]])
    valid = torch.tensor([[True, False, True], [False, False, False]])
    odds = ruled(logits, valid).softmax(-1)
    assert odds.tolist() == [[1, 0, 0], [0.5, 0.5, 0]]
    assert ruled(logits, None) is logits
    assert NEVER > ABSENT
