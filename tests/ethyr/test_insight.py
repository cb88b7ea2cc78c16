"""Insight into hand-made policies, whose answers can be worked out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge.blade import Material
from forge.blade.recording.frame import capture
from forge.blade.recording.scene import Scene
from forge.ethyr.insight.insight import Insight, attack_counts
from tests.blade.arena import Arena
from tests.ethyr.hand import CONFIG, LEARNED, STYLES, Hand, at, peopled

# -- values


def test_values_are_of_one_agent_on_each_tile_in_ticks() -> None:
    """Worth row + col + food + water, with rewards scaled by 0.5: 8 of 32 food and 24 of 32 water make 32 more."""
    scene = Scene.flat(CONFIG)
    scene.materials[6, 5:9] = (Material.WATER, Material.STONE, Material.FOREST, Material.SCRUB)
    values = Insight(Hand(lambda seen, _: seen[0, [2, 3, 4, 5]].sum()), 0.5).values(scene, 1, 0.25, 0.75)
    rows, cols = np.indices((20, 20))
    land = np.isin(scene.materials, (Material.GRASS, Material.FOREST, Material.SCRUB))
    assert land.sum() == 12 * 12 - 2
    assert np.isnan(values[~land]).all()
    assert (values[land] == 2.0 * (rows + cols + 32)[land]).all()


def test_values_know_who_is_there() -> None:
    """Worth the number of agents in view: the one that is there is seen from 4 tiles away and less."""
    values = Insight(Hand(lambda seen, _: len(seen))).values(peopled(at(5, 15)), 0)
    rows, cols = np.indices((20, 20))
    near = np.maximum(abs(rows - 5), abs(cols - 15)) <= 4
    land = ~np.isnan(values)
    assert (values[land] == np.where(near, 2, 1)[land]).all()


def test_many_agents_are_judged_in_parts() -> None:
    insight = Insight(Hand(lambda seen, _: seen[0, 4]))
    observers = np.stack([at(4 + i % 12, 4) for i in range(30)])
    whole = insight.judge(Scene.flat(CONFIG), observers)
    insight._AT_ONCE = 7
    parts = insight.judge(Scene.flat(CONFIG), observers)
    assert whole.value.tolist() == parts.value.tolist() == observers["row"].tolist()
    assert (whole.move.shape, whole.style.shape) == ((30, 5), (30, 3))
    assert whole.style[0].tolist() == pytest.approx(STYLES)
    assert (parts.move == whole.move).all()


# -- dependence


def test_dependence_is_what_the_second_agent_adds() -> None:
    """Worth 10, less 3 for another population's agent 1 tile away, more 1 for a kin of lower row."""

    def worth(seen: np.ndarray, memory: Any) -> float:
        others = seen[1:]
        beside = np.maximum(abs(others[:, 6]), abs(others[:, 7])) == 1
        return (
            10
            - 3 * float((beside & (others[:, 9] == 0)).sum())
            + float(((others[:, 6] < 0) & (others[:, 9] == 1)).sum())
        )

    scene = Scene.flat(CONFIG)
    scene.materials[9, 9] = Material.WATER
    insight, me = Insight(Hand(worth)), at(8, 8)
    rows = np.indices((9, 9))[0] - 4
    strange = insight.dependence(scene, me)
    assert np.isnan(strange[5, 5])  # water
    assert np.nansum(strange) == -3 * 7  # the 8 around it less the water
    assert strange[4, 4] == strange[4, 6] == 0
    kin = insight.dependence(scene, me, at(0, 0))
    land = ~np.isnan(kin)
    assert land.sum() == 80
    assert (kin[land] == (rows < 0)[land]).all()


def test_at_the_edge_of_the_land_nobody_can_stand_beyond() -> None:
    change = Insight(Hand(lambda seen, _: len(seen))).dependence(Scene.flat(CONFIG), at(4, 15))
    assert np.isnan(change[:4]).all()
    assert np.isnan(change[:, 5:]).all()
    assert (change[4:, :5] == 1).all()


# -- attacks


def ring(*odds: float) -> np.ndarray:
    """7 x 7 with odds[d] at distance d from the middle."""
    rows, cols = np.indices((7, 7)) - 3
    return np.array(odds, np.float32)[np.maximum(abs(rows), abs(cols))]


def test_whoever_is_alone_in_reach_is_attacked_with_every_style() -> None:
    odds = Insight(Hand()).attacks(Scene.flat(CONFIG), at(9, 9))
    wanted = [ring(0.2, 0.2, 0, 0), ring(0.3, 0.3, 0.3, 0), ring(0.5, 0.5, 0.5, 0.5)]
    np.testing.assert_allclose(odds, wanted, rtol=1e-6)


def test_the_world_picks_the_weakest_in_reach() -> None:
    """Somebody of health 3 stands 2 tiles away: those of health 10 are struck in melee only, those of 2 in any way."""
    scene, insight = peopled(at(9, 11, 1, health=3)), Insight(Hand())
    nothing = np.zeros((7, 7))
    np.testing.assert_allclose(insight.attacks(scene, at(9, 9)), [ring(0.2, 0.2, 0, 0), nothing, nothing], rtol=1e-6)
    weak = insight.attacks(scene, at(9, 9), at(0, 0, 1, health=2))
    np.testing.assert_allclose(weak, [ring(0.2, 0.2, 0, 0), ring(0.3, 0.3, 0.3, 0), ring(*[0.5] * 4)], rtol=1e-6)
    equal = insight.attacks(scene, at(9, 9), at(0, 0, 1, health=3))
    np.testing.assert_allclose(equal[2], ring(0.5, 0.5, 0, 0), rtol=1e-6)  # of equals the nearer, then who was there


def test_a_policy_that_picks_targets_is_asked_whom() -> None:
    """Melee at nobody, range at the one farthest south of those in view, mage at each in view alike."""

    def aims(seen: np.ndarray, style: int) -> np.ndarray:
        if style == 1:
            return np.eye(len(seen))[seen[:, 6].argmax()]
        return np.eye(len(seen))[0] if style == 0 else np.full(len(seen), 1 / len(seen))

    insight = Insight(Hand(aims=aims))
    alone = insight.attacks(Scene.flat(LEARNED), at(9, 9, config=LEARNED))
    np.testing.assert_allclose(alone[0], np.zeros((7, 7)), atol=1e-7)
    np.testing.assert_allclose(alone[2], ring(*[0.25] * 4), rtol=1e-6)  # half of 0.5: itself or the other
    south = np.indices((7, 7))[0] > 3
    np.testing.assert_allclose(alone[1], np.where(south, ring(0.3, 0.3, 0.3, 0), 0), atol=1e-7)
    three = insight.attacks(peopled(at(8, 8, 1), config=LEARNED), at(9, 9, config=LEARNED))
    np.testing.assert_allclose(three[2], ring(*[0.5 / 3] * 4), rtol=1e-6)


def test_nobody_is_attacked_where_nobody_can_stand() -> None:
    scene = Scene.flat(CONFIG)
    scene.materials[9, 10] = Material.STONE
    odds = Insight(Hand()).attacks(scene, at(9, 9))
    assert np.isnan(odds[:, 3, 4]).all()
    assert np.isnan(odds).sum() == 3


def test_attacks_of_a_tick_are_counted_by_place() -> None:
    """A strikes B, 2 to the east, by range; C strikes D, 1 to the north-west, in melee, and kills it."""
    arena = Arena(
        """
        ########
        #A.B...#
        #......#
        #...D..#
        #....C.#
        #......#
        #......#
        ########
        """,
        {"C": {"food": 5}, "D": {"health": 5}},
        **{"spawn.populations": 2},
    )
    arena.step(A=(0, 1), C=(0, 0))
    counts = attack_counts(capture(arena.world), arena.config)
    assert counts.shape == (2, 3, 7, 7)
    assert np.argwhere(counts).tolist() == [[0, 1, 3, 5], [1, 0, 2, 2]]
    assert counts.sum() == 2
