"""Observations as named arrays: declared once, equal to the engine's, inside their spaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gymnasium.spaces import flatten, unflatten

from forge.blade import FEATURES, Chaos, Config, Law, Observation, World
from forge.blade.state.observation import ARRAYS
from forge.trinity.adapters.encoding import Encoder, Form, parts, parts_table
from forge.trinity.adapters.spaces import action_space, observation_space
from tests.trinity.worlds import LEARNED, SMALL, four_tiles

FORMS = {
    "columns": Form(),
    "flat": Form(flat=True),
    "normalised": Form(normalised=True),
    "slots": Form(alive=True),
}
CONFIGS = {"chaos": Chaos(**SMALL), "learned": Chaos(**SMALL, **LEARNED), "law": Law(**SMALL)}


def lived(config: Config, ticks: int = 12) -> Observation:
    """What is seen in two worlds after some ticks of moving about."""
    world, rng = World(config, 2, threads=1), np.random.default_rng(0)
    seen = world.reset()
    for _ in range(ticks):
        moves = rng.integers(5, size=(*seen.alive.shape, 3 if config.learned_targets else 2))
        moves[..., 0] *= rng.random(seen.alive.shape) < 0.2
        moves[..., 1:] = 0
        world.step(moves)
    return seen


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_every_slot_is_in_the_declared_space(config: Config, form: Form) -> None:
    seen, space = lived(config), observation_space(config, form)
    worlds, slots = (axis.ravel() for axis in np.indices(seen.alive.shape))
    batch = Encoder(config, form).encode(seen, worlds, slots)
    assert list(batch) == [part.name for part in parts(config, form)]
    assert space.keys() == batch.keys()
    assert seen.alive.any()
    assert not seen.alive.all()
    for n in range(len(slots)):
        assert space.contains({name: array[n] for name, array in batch.items()})
    assert all(not np.shares_memory(array, memory) for array in batch.values() for memory in seen[:6])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_vector_is_what_gymnasium_flattens_to(config: Config, form: Form) -> None:
    seen, boxed = lived(config), form._replace(box=True)
    plain, box = observation_space(config, form), observation_space(config, boxed)
    worlds, slots = (axis.ravel() for axis in np.indices(seen.alive.shape))
    encoder = Encoder(config, boxed)
    made = encoder.encode(seen, worlds, slots)
    vectors = encoder.shown(made)
    assert vectors.dtype == box.dtype == np.float32
    assert vectors.shape == (len(slots), *box.shape)
    for n, vector in enumerate(vectors):
        assert box.contains(vector)
        assert (vector == flatten(plain, {name: array[n] for name, array in made.items()})).all()
    back = unflatten(plain, vectors[0])
    assert all((back[name] == array[0]).all() for name, array in made.items())


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_arrays_are_the_engines(config: Config) -> None:
    seen = lived(config)
    worlds, slots = np.nonzero(seen.alive)
    batch = Encoder(config, Form(alive=True)).encode(seen, worlds, slots)
    for n, (w, slot) in enumerate(zip(worlds, slots)):
        count = seen.seen_count[w, slot]
        features = seen.features(w, slot)
        assert (batch["materials"][n] == seen.materials[w, slot]).all()
        assert (batch["counts"][n] == seen.counts[w, slot]).all()
        assert (batch["entities"][n, :count] == features).all()
        assert (batch["entities"][n, count:] == 0).all()
        assert batch["entity_mask"][n].tolist() == [1] * count + [0] * (config.sight.agents - count)
        assert (batch["move_mask"][n] == seen.move_mask[w, slot]).all()
        assert (batch["style_mask"][n] == seen.style_mask[w, slot]).all()
        if config.learned_targets:
            assert (batch["target_mask"][n] == seen.target_mask[w, slot]).all()
        assert batch["alive"][n] == 1


def test_everything_the_engine_shows_is_encoded() -> None:
    """A new array of the engine's observation must find its place here, too."""
    config = Chaos(**LEARNED)
    sources = {part.source for part in parts(config, Form())}
    assert sources == {array.name for array in ARRAYS}


def test_normalised_features_are_v1s() -> None:
    """v1.0: (x − centre) / scale; at birth (32 − 16) / 32 = 0.5 food and (0 − 50) / 100 = −0.5 age."""
    config = four_tiles()
    world = World(config)
    seen = world.reset()
    names = [feature.name for feature in FEATURES]
    plain = Encoder(config, Form()).encode(seen, np.array([0]), np.array([0]))["entities"][0]
    batch = Encoder(config, Form(normalised=True)).encode(seen, np.array([0]), np.array([0]))["entities"][0]
    assert batch.dtype == np.float32
    assert batch[0, names.index("food")] == 0.5
    assert batch[0, names.index("age")] == -0.5
    assert batch[0, names.index("row")] == (plain[0, names.index("row")] - 2) / 4
    assert (batch[1:] == 0).all()


def test_an_empty_slot_is_zeros_and_may_be_idle() -> None:
    config = four_tiles(**{"combat.targeting": "learned", "combat.hold": True})
    seen = World(config).reset()
    batch = Encoder(config, Form(alive=True)).encode(seen, np.array([0]), np.array([2]))
    masks = {name: array[0].tolist() for name, array in batch.items() if name.endswith("_mask")}
    assert masks == {
        "entity_mask": [0, 0, 0],
        "move_mask": [1, 0, 0, 0, 0],
        "style_mask": [0, 0, 0, 1],
        "target_mask": [[1, 0, 0]] * 4,
    }
    assert all((array == 0).all() for name, array in batch.items() if not name.endswith("_mask"))


def test_spaces_of_actions() -> None:
    config = Chaos(**LEARNED)
    assert action_space(config).nvec.tolist() == [5, 4, 6]
    assert action_space(config, flat=True).n == 5 * 4 * 6
    assert action_space(Chaos()).nvec.tolist() == [5, 3]


def test_the_documentation_has_the_table_of_the_arrays() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "adapters.md").read_text("utf-8")
    assert parts_table(Chaos(**{"combat.targeting": "learned"})) in page
