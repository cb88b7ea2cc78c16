"""The study `dependencies`: what is asked, the verdicts on responses made by hand, and the whole of it at its least."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from forge.blade import Material
from forge.blade.recording.scene import Scene
from forge.ethyr.insight.insight import Insight
from forge.experiments.figures.plotting import save_figure
from forge.experiments.measures.dependence import COMPANIONS, Responses
from forge.experiments.statistics.rings import distances
from forge.experiments.studies.attacks import study as attacks
from forge.experiments.studies.dependencies.runs import (
    FORAGING,
    KINDS,
    PHASES,
    SCALES,
    Kind,
    by_seed,
    name_of,
    runs,
    world_of,
)
from forge.experiments.studies.dependencies.sites import Site
from forge.experiments.studies.dependencies.study import STUDY, ask, findings, plan
from forge.experiments.studies.framework import conduct as conducting
from forge.experiments.studies.framework.conduct import conduct
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Results
from forge.experiments.training.train import Trainer
from tests.ethyr.hand import CONFIG, Hand, at

TINY = SCALES["tiny"]
STRANGER, KIN = range(len(COMPANIONS))
AWAY = distances(9)  # of the window of CONFIG


def worth(seen: np.ndarray, memory: object) -> float:
    """10 plus the food, less 3 for a stranger within 2 tiles, more 1 for kin anywhere."""
    others = seen[1:]
    near = np.maximum(abs(others[:, 6]), abs(others[:, 7])) <= 2
    return 10 + seen[0, 2] - 3 * float((near & (others[:, 9] == 0)).sum()) + float((others[:, 9] == 1).sum())


def test_what_is_asked() -> None:
    wet = Scene.flat(CONFIG)
    wet.materials[9, 9] = Material.WATER
    sites = [
        Site(0, Scene.flat(CONFIG), at(10, 10, food=8)),
        Site(0, wet, at(8, 8, food=8)),
        Site(1, Scene.flat(CONFIG), at(4, 10, food=12)),  # at the northern shore: four rows of lava
    ]
    found = ask(Insight(Hand(worth), 0.5), CONFIG, sites)
    assert found.change.shape == (2, 2, 2, 9, 9)
    for p in range(2):
        # In ticks, all is twice what it is in scaled rewards. In the first map two agents could have a companion, and
        # one beside the water.
        expected = np.where(AWAY <= 2, -6.0, 0) * 2
        expected[5, 5] = -6
        assert found.change[0, STRANGER, p].tolist() == expected.tolist()
        assert found.squares[0, STRANGER, p] == 36 * (2 * 25 - 1)
        assert found.squares[0, KIN, p] == 4 * (2 * 81 - 1)
        assert (found.change[1, KIN, p, :4] == 0).all()
        assert (found.change[1, KIN, p, 4:] == 2).all()
        assert found.values[0, p].tolist() == [2, 2 * 36, 2 * 36**2]
        assert found.values[1, p].tolist() == [1, 44, 44**2]
    assert found.places[0, 5, 5] == 1
    assert found.places[0].sum() == 2 * 81 - 1
    assert found.places[1, :4].sum() == 0
    assert found.places[1, 4:].min() == 1


def test_every_kind_of_world_is_trained_and_asked_in_every_phase() -> None:
    small = SCALES["small"]
    done = plan(small, 3)
    assert len(done.needs) == 9
    assert len(done.measurements) == 27
    assert len({need.key for need in done.needs}) == 9
    assert {need.milestones for need in done.needs} == {(0, *small.steps)}
    learned = {kind.targeting: world_of(small, kind).learned_targets for kind in KINDS}
    assert learned == {"automatic": False, "learned": True}
    harm = {kind.rules: world_of(small, kind).combat.melee_damage for kind in KINDS}
    assert harm == {"foraging": 0, "combat": 10}
    steps = [m.what["player"]["steps"] for m in done.measurements[:3]]
    assert steps == [0, *small.steps]
    assert [need.key for need in attacks.plan(small, 3).needs] == [need.key for need in done.needs]


BULL = -1.0 / (1 + AWAY)
SLOPE = np.indices((9, 9))[1] - 4.0


def responses(stranger: np.ndarray, kin: np.ndarray, shift: float = 0.0) -> Responses:
    """One run of three maps and two populations, that lean to the one side and to the other."""
    change = np.stack([np.stack([each + 0.01 * SLOPE, each - 0.01 * SLOPE]) for each in (stranger, kin)])
    maps = np.stack([change + shift + 0.01 * m for m in range(3)])
    return Responses(
        change=maps,
        squares=np.square(maps).sum((-1, -2)),
        places=np.ones((3, 9, 9), np.int64),
        values=np.stack([[[2, 20.0, 208.0]] * 2] * 3),
    )


def measured(seeds: int = 2) -> dict[str, dict]:
    """Untrained policies see slopes, trained ones a bull's eye; with learned targets in combat, a square."""
    square = np.where(AWAY <= 3, -2.0, -0.5)
    made = {}
    for kind in KINDS:
        late = square if kind.name == "combat, learned targets" else BULL
        answers = {"initial": SLOPE, "early": BULL, "late": late}
        for seed, need in enumerate(by_seed(TINY, kind, seeds)):
            for phase in PHASES:
                each = answers[phase]
                kin = each + 0.5 if phase == "late" and kind.rules == "combat" else each
                made[name_of(need, phase)] = responses(each, kin, 0.01 * seed).to_dict()
    return made


def test_verdicts(tmp_path: Path) -> None:
    found = findings(TINY, 2, Results({}, measured()))
    learn, apart, kin, fixate = found.verdict.split("\n\n**")
    assert "of what populations have in common 100.0 (100.0 to 100.0) % after −5.3 (−5.3 to −5.3) %." in learn
    assert learn.count("**yes**") == 3
    assert apart.count("**yes**") == 3
    assert "combat, learned targets: **yes**, −1.5 (−1.5 to −1.5) ticks." in apart
    assert "−0.5 (−0.5 to −0.5) between them" in kin
    assert [kin.count(word) for word in ("**yes**", "**no**", "**undecided**")] == [2, 0, 1]
    assert "than with automatic targets): **yes**, 99" in fixate
    assert "1903.00784" in found.verdict
    assert [len(rows) for rows in found.tables.values()] == [3 * 3 * 2, 3 * 3 * 2 * 5, 3 * 3 * 2 * 9]
    row = next(r for r in found.tables["dependence"] if (r["phase"], r["rules"]) == ("late", "combat"))
    assert row["nearby"] == pytest.approx(np.mean(BULL[AWAY <= 3]) - np.mean(BULL[AWAY > 3]), rel=1e-4)
    row = next(r for r in found.tables["maps"] if (r["phase"], r["rules"], r["row"]) == ("late", "combat", -4))
    assert row["-4"] == pytest.approx(-0.2 + 0.01 + 0.005, rel=1e-3)  # and the means of maps and of seeds
    assert row["4"] == row["-4"]
    assert "2 agents are made up on each of 2 maps" in found.body
    assert found.figures.keys() == found.captions.keys()
    for name, draw in found.figures.items():
        path = save_figure(draw(), tmp_path / f"{name}.svg")
        assert "learned targets -->" in path.read_text()


def test_farther_is_not_always_better() -> None:
    turned = {
        name: dataclasses.replace(one, change=-one.change).to_dict()
        for name, data in measured().items()
        for one in [Responses.from_dict(data)]
    }
    apart = findings(TINY, 2, Results({}, turned)).verdict.split("\n\n**")[1]
    assert apart.count("**no**") == 3


@pytest.fixture
def in_one_thread() -> Iterator[None]:
    """Worlds this small are faster without threads that wait for one another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("in_one_thread")
def test_the_whole_study_and_the_other_that_shares_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "experiments")
    results = conduct(plan(TINY, 1), store)
    found = findings(TINY, 1, results)
    rows = {(r["rules"], r["targets"], r["phase"], r["companion"]): r for r in found.tables["dependence"]}
    before = [rows[kind.rules, kind.targeting, "initial", "stranger"]["strength"] for kind in KINDS]
    assert len(set(before)) == 1  # the same weights, whatever the world
    assert len({rows[kind.rules, kind.targeting, "late", "stranger"]["strength"] for kind in KINDS}) == 3
    assert (store.run_path(runs(TINY, 1)[0]) / "checkpoints").is_dir()

    first = plan(TINY, 1).measurements[1]
    assert first.measure(store) == results.measured[first.name]  # the same numbers again

    monkeypatch.setattr(conducting, "train", lambda *_: pytest.fail("this run is there already"))
    others = conduct(attacks.plan(TINY, 1), store)
    said = attacks.findings(TINY, 1, others)
    assert sum(row["attacks"] for row in said.tables["watched"]) > 0
    assert max(row["melee"] for row in said.tables["asked"] if row["distance"] == 1) <= 1
    again = attacks.plan(TINY, 1).measurements[1]
    assert again.measure(store) == others.measured[again.name]


def test_scales() -> None:
    assert STUDY.scales == attacks.STUDY.scales
    assert STUDY.scales["medium"].confirm
    assert STUDY.scales["paper"].confirm
    assert not STUDY.scales["small"].confirm


@pytest.mark.usefixtures("in_one_thread")
def test_policies_that_would_pick_targets_where_attacks_do_nothing_learn_the_same() -> None:
    """Why foraging with learned targets is no kind of its own."""
    automatic, learned = (Trainer(_need(kind).training) for kind in (FORAGING, Kind("foraging", "learned")))
    for _ in range(3):
        automatic.update()
        learned.update()
    ours, others = learned.policy.state_dict(), automatic.policy.state_dict()
    assert all(name.startswith("heads.target.") for name in ours.keys() - others.keys())
    assert all(torch.equal(ours[name], others[name]) for name in others)


def _need(kind: Kind) -> Need:
    return by_seed(TINY, kind, 1)[0]
