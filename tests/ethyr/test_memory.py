"""Memories belong to lives: each agent has its own, a newborn none, whoever had its slot before."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from forge.blade import Chaos, Config, World
from forge.blade.state.observation import Observation
from forge.blade.state.state import AGENT
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.experience.collector import Collector
from forge.ethyr.experience.memory import Memory
from forge.ethyr.experience.timeline import timeline
from forge.ethyr.insight.actor import Actor
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.layers import PopulationGRU, PopulationLinear
from forge.ethyr.networks.network import Choices, Network, take
from forge.ethyr.networks.policy import Heads, Policy, Recurrent
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.timeline import Timeline
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32})
TINY = Chaos(**{"spawn.cap": 4, "spawn.populations": 2})


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def observed(*worlds: dict[int, tuple[int, int]]) -> Observation:
    """What worlds of four slots show of their agents: slot to (id, age)."""
    agents = np.zeros((len(worlds), 4), AGENT)
    for w, slots in enumerate(worlds):
        for slot, (name, age) in slots.items():
            agents[w, slot]["id"], agents[w, slot]["age"], agents[w, slot]["alive"] = name, age, 1
    nothing: Any = None
    return Observation(agents, nothing, nothing, agents["alive"].astype(np.int16), *[nothing] * 3)


def test_memories_by_hand() -> None:
    """Two worlds of two populations with two slots each: population 0 owns the slots 0 and 1, population 1 the rest."""
    memory = Memory(TINY, 2, 1)
    first = observed({0: (10, 3), 3: (11, 0)}, {1: (10, 5), 2: (12, 7), 3: (13, 7)})
    # nobody is known yet, whatever their age
    assert memory.recall(first).tolist() == [[[0], [0], [0]], [[0], [0], [0]]]
    # population 0 has one sample in each world; population 1 one in the first and two in the second
    memory.keep(first, torch.tensor([[[1.0], [2.0], [99.0]], [[3.0], [4.0], [5.0]]]))
    second = observed(
        # 10 lives on, 11 died and 14 was born in its slot; a 15 was born in an empty slot
        {0: (10, 4), 1: (15, 0), 3: (14, 0)},
        # in world 1 another agent has the number 10; 12 is dead and its slot empty; 13 lives on
        {1: (10, 6), 3: (13, 8)},
    )
    assert memory.known(second).tolist() == [[True, False, False, False], [False, True, False, True]]
    # rows: population 0 has 10 and 15 of world 0 and 10 of world 1; population 1 has 14 and 13, and an unused row
    assert memory.recall(second).tolist() == [[[1], [0], [2]], [[0], [5], [0]]]
    assert memory.recall(second).tolist() == memory.recall(second).tolist()
    memory.keep(second, torch.zeros(2, 3, 1))
    # 12 cannot come back to what it remembered: the slot was empty in between
    assert not memory.known(observed({}, {2: (12, 9)})).any()
    # worlds that began anew, whose agents have the same numbers
    assert not memory.known(observed({0: (10, 0)}, {1: (10, 2)})).any()


def test_a_newborn_knows_nothing_though_it_has_the_number_of_another() -> None:
    """As when an actor goes on to other worlds, where ids begin again."""
    memory = Memory(TINY, 1, 1)
    newborn = observed({0: (5, 0)})
    memory.keep(newborn, torch.ones(2, 1, 1))
    assert not memory.known(newborn).any()
    assert memory.known(observed({0: (5, 1)}))[0, 0]


def test_a_memory_goes_on_from_its_state() -> None:
    here, there = Memory(TINY, 1, 2), Memory(TINY, 1, 2)
    seen = observed({0: (1, 4), 2: (2, 4)})
    here.keep(seen, torch.arange(4.0).reshape(2, 1, 2))
    state = here.state()
    here.keep(seen, torch.zeros(2, 1, 2))
    there.load_state(state)
    assert there.recall(seen).tolist() == [[[0, 1]], [[2, 3]]]
    assert Memory(TINY, 1, 0).state() == {}


class Counter(Network):
    """Counts the ticks of a life and compares: what an agent carries must be its age."""

    memory = 1

    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__()
        self.heads = Heads(config, 1, generator)
        self.compared = 0

    def encode(self, samples: Samples) -> Tensor:
        return torch.zeros(len(samples.count), samples.rows, 1)

    def remember(self, seen: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        assert memory is not None
        return memory, memory + 1

    def decide(self, thought: Tensor, samples: Samples) -> Choices:
        row, valid = samples.row_index()
        given = samples.to("cpu")
        ages = given.entities[..., 0].gather(1, given.first.long().gather(1, row))
        assert torch.equal(ages[valid].float(), thought[valid][..., 0])
        self.compared += int(valid.sum())
        choices: Choices = self.heads(thought, samples)
        return choices


def fresh_world(count: int = 3, seed: int = 5) -> World:
    world = World(CONFIG, count, seed=seed, threads=1)
    world.reset()
    return world


def test_agents_carry_what_is_theirs_through_births_deaths_and_segments() -> None:
    policy = Counter(CONFIG, basic(), seeded())
    learner = TorchLearner(fresh_world(), policy, basic(ticks=11), seed=1)
    rollout, replaced = learner.collector.rollout, 0
    for _ in range(8):
        acted = learner.collect()
        # the same, all ticks of the segment in one call; rows without a sample are not looked at
        learner.gradients(acted)
        here, next_ = rollout.sample_of[:-2] >= 0, rollout.sample_of[1:-1] >= 0
        replaced += int((rollout.terminated[:-1] & here & next_ & ~rollout.known[1:]).sum())
    assert replaced > 20  # died and were replaced within one tick
    assert policy.compared > 3000


def test_actors_remember_too() -> None:
    policy = Counter(CONFIG, basic(), seeded())
    actor = Actor(policy, CONFIG)
    for seed in (5, 6):
        world = fresh_world(2, seed)
        observation = world.observe()
        for _ in range(60):
            observation, *_ = world.step(actor.act(observation))
        actor.forget()
    counted = actor.policy
    assert isinstance(counted, Counter)
    assert counted.compared > 500


def test_an_actor_stays_what_it_was() -> None:
    policy, world = Policy(CONFIG, basic(), seeded()), fresh_world()
    for _ in range(20):
        world.step(np.zeros((3, 24, 2), np.int64))
    actor = Actor(policy, CONFIG, seed=1)
    with torch.no_grad():
        before = Actor(policy, CONFIG, seed=1).act(world.observe())
        for parameter in policy.parameters():
            parameter.zero_()
    assert (actor.act(world.observe()) == before).all()
    assert (Actor(policy, CONFIG, seed=1).act(world.observe()) != before).any()


def played(segments: int = 2, ticks: int = 9, learned: bool = False) -> tuple[TorchLearner, np.ndarray]:
    config = CONFIG.replace(**{"combat.targeting": "learned"}) if learned else CONFIG
    world = World(config, 3, seed=5, threads=1)
    world.reset()
    learning = basic(network="recurrent", ticks=ticks, hidden=16)
    learner = TorchLearner(world, Recurrent(config, learning, seeded(3)), learning, seed=2)
    for _ in range(segments + 8):
        acted = learner.collect()
    return learner, acted


def judged(learner: TorchLearner, acted: np.ndarray) -> Choices:
    """What the policy says of the segment that was played last."""
    rollout = learner.collector.rollout
    return learner._judge(rollout.learnable(acted), rollout, learner.collector.start)


@pytest.mark.parametrize("learned", [False, True])
def test_learning_judges_a_segment_as_acting_did(learned: bool) -> None:
    learner, acted = played(learned=learned)
    collector = learner.collector
    assert collector.start.abs().max() > 0.01  # some carried something over
    with torch.no_grad():
        choices = judged(learner, acted)
    rows = int(acted.max())
    valid = torch.arange(rows) < torch.from_numpy(acted).unsqueeze(-1)
    actions = torch.from_numpy(collector.rollout.actions[:, :rows]) * valid.unsqueeze(-1)
    log_prob, _ = joint(choices, actions)
    for ours, theirs in ((choices.value, collector.rollout.value), (log_prob, collector.rollout.log_prob)):
        torch.testing.assert_close(ours[valid], torch.from_numpy(theirs[:, :rows])[valid], atol=1e-5, rtol=1e-4)


def lives(learner: TorchLearner) -> list[tuple[int, int, list[int]]]:
    """The lives of a segment: population, place in `collector.start` or −1 for the newborn, samples tick by tick."""
    rollout, found, open_lives = learner.collector.rollout, [], {}
    begun = np.zeros(3, int)
    for t in range(rollout.ticks):
        for w, slot in np.ndindex(rollout.sample_of.shape[1:]):
            sample, p = int(rollout.sample_of[t, w, slot]), slot // 8
            if sample < 0:
                continue
            if t == 0 or not rollout.known[t, w, slot]:
                open_lives[w, slot] = (p, int(begun[p]) if t == 0 else -1, [])
                begun[p] += t == 0
                found.append(open_lives[w, slot])
            open_lives[w, slot][2].append(sample)
    return found


def test_gradients_through_time_equal_those_of_a_loop_over_lives() -> None:
    learner, acted = played()
    collector, policy = learner.collector, learner.collector.policy
    assert isinstance(policy, Recurrent)
    rows = int(acted.max())
    weight = torch.randn(3, rows, generator=seeded(4)) * (torch.arange(rows) < torch.from_numpy(acted).unsqueeze(-1))
    policy.zero_grad()
    (judged(learner, acted).value * weight).sum().backward()
    ours = {name: p.grad.clone() for name, p in policy.named_parameters() if p.grad is not None}

    policy.zero_grad()
    seen = policy.encode(collector.rollout.learnable(acted))
    loss = torch.zeros(())
    found = lives(learner)
    for p, place, samples in found:
        memory = collector.start[p, place] if place >= 0 else torch.zeros(16)
        for sample in samples:
            spread = seen[:, sample : sample + 1], memory.expand(3, 1, 16)
            memory = policy.cell(*spread)[p, 0]
            value = (seen[p, sample] + memory) @ policy.heads.value.weight[p] + policy.heads.value.bias[p, 0]
            loss = loss + value.squeeze() * weight[p, sample]
    loss.backward()
    assert sum(len(samples) for *_, samples in found) == acted.sum()
    assert any(place < 0 for _, place, _ in found)
    for name, gradient in ours.items():
        theirs = policy.get_parameter(name).grad
        assert theirs is not None
        scale = theirs.abs().max().item()
        torch.testing.assert_close(gradient, theirs, atol=1e-4 * scale + 1e-7, rtol=1e-3, msg=name)
    assert ours["cell.recurrent"].abs().max() > 0


def test_the_recurrent_unit_is_that_of_torch() -> None:
    unit = PopulationGRU(2, 5, 7, seeded())
    x, h = torch.randn(2, 4, 5, generator=seeded(1)), torch.randn(2, 4, 7, generator=seeded(2))
    for p in range(2):
        theirs = torch.nn.GRUCell(5, 7)
        with torch.no_grad():
            theirs.weight_ih.copy_(unit.weight[p].T)
            theirs.weight_hh.copy_(unit.recurrent[p].T)
            theirs.bias_ih.copy_(unit.bias[p, 0])
            theirs.bias_hh.zero_()
            theirs.bias_hh[14:] = unit.candidate_bias[p, 0]
        torch.testing.assert_close(unit(x, h)[p], theirs(x[p], h[p]))


class Recall(Network):
    """Is shown a sign, then nothing, and is to say it: what `encode` sees is given beforehand."""

    def __init__(self, shown: Tensor, width: int) -> None:
        super().__init__()
        self.memory, self.shown = width, shown
        self.enter = PopulationLinear(2, 1, 8, seeded(1))
        self.cell = PopulationGRU(2, 8, 8, seeded(2))
        self.say = PopulationLinear(2, 8, 1, seeded(3))

    def encode(self, samples: Samples) -> Tensor:
        return self.enter(self.shown).tanh()

    def remember(self, seen: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        assert memory is not None
        after = self.cell(seen, memory) if self.memory else memory
        return (after if self.memory else seen), after

    def decide(self, thought: Tensor, samples: Samples) -> Choices:
        value = self.say(thought).squeeze(-1)
        return Choices(value, value, value)


@pytest.mark.parametrize(("width", "least", "most"), [(8, 0.0, 0.05), (0, 0.6, 1.0)])
def test_a_memory_learns_what_cannot_be_known_without(width: int, least: float, most: float) -> None:
    """Agents see 1 or −1 at the first of five ticks, then 0. Without a memory the last answer is a guess: ln 2."""
    ticks, agents = 5, 16
    signs = torch.tensor([1.0, -1.0]).repeat(2, agents // 2)
    shown = torch.cat([signs, torch.zeros(2, (ticks - 1) * agents)], 1).unsqueeze(-1)
    rows = torch.arange(ticks * agents).expand(2, -1)
    before = (1 + torch.arange(agents)).repeat(2, ticks)
    line = Timeline([agents] * ticks, rows, rows, before)
    network, nothing = Recall(shown, width), torch.zeros(2, agents, width)
    adam = torch.optim.Adam(network.parameters(), 0.03)
    samples: Any = None
    for _ in range(150):
        answer = network.unroll(samples, nothing, line).value[:, -agents:]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(answer, (signs > 0).float())
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert least <= loss.item() <= most


def test_a_segment_that_begins_with_nobody_alive() -> None:
    """Births come one a tick, so the first tick of a world that was just reset has one agent, and populations none."""
    config = CONFIG.replace(**{"spawn.cap": 3})
    world = World(config, 1, seed=1, threads=1)
    world.reset()
    learning = basic(network="recurrent", ticks=5, hidden=16)
    learner = TorchLearner(world, Recurrent(config, learning, seeded()), learning, seed=2)
    losses = learner.gradients(learner.collect())
    assert all(part.isfinite().all() for part in losses)


def test_the_default_network_carries_nothing() -> None:
    policy = Policy(CONFIG, basic(), seeded())
    collector = Collector(fresh_world(), policy, 3, seeded())
    collector.collect()
    assert collector.memory.state() == {}


def test_take() -> None:
    x = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    assert take(x, torch.tensor([[1, 1, 0], [0, 0, 0]])).tolist() == [
        [[3, 4], [3, 4], [1, 2]],
        [[5, 6], [5, 6], [5, 6]],
    ]


def test_a_timeline_by_hand() -> None:
    """Ticks of one world with two slots of one population: an agent, then two, then the second with its heir."""
    config = Chaos(**{"spawn.cap": 2, "spawn.populations": 1})
    learner = TorchLearner(World(config, 1, threads=1), Policy(config, basic(), seeded()), basic(ticks=3), seed=0)
    rollout = learner.collector.rollout
    rollout.sample_of[:, 0] = [[-1, 0], [1, 2], [3, 4], [-1, -1]]
    rollout.known[:, 0] = [[False, False], [False, True], [False, True]]
    rollout.starts[:, 0] = [0, 1, 3, 5]
    line = timeline(rollout)
    assert line.sizes == [1, 2, 2]
    assert line.rows.tolist() == [[0, 1, 2, 3, 4]]
    assert line.places.tolist() == [[0, 1, 2, 3, 4]]
    # sample 2 was the first and only of tick 0; sample 4 is the second of tick 1; the others are new
    assert line.before.tolist() == [[0, 0, 1, 0, 2]]
