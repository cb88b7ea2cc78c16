"""PPO in one file, in the manner of CleanRL: one network plays every agent of a batch of worlds, and learns from lives.

    python examples/ppo.py                                                    # a million steps: some minutes
    python examples/ppo.py --total-timesteps 2000 --worlds 2 --eval-ticks 20  # a try

A world has a fixed number of slots and never resets. A life in a slot is an episode: it begins with a birth and ends
with a death, after which another may follow in the same slot. Slots that nobody lives in are no experience.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
import tyro
from torch import Tensor, nn
from torch.distributions import Categorical

import forge
from forge.blade import AGENT, FEATURES, Config, Material, Move, Observation


@dataclass
class Args:
    """What is trained, and how."""

    total_timesteps: int = 1_000_000  # steps of living agents
    world: str = "chaos"  # chaos, law, or a TOML file
    worlds: int = 32
    seed: int = 0
    hidden: int = 64
    num_steps: int = 32  # ticks of a rollout
    learning_rate: float = 1e-3
    anneal_lr: bool = True
    gamma: float = 0.97
    gae_lambda: float = 0.95
    minibatch_size: int = 4096
    update_epochs: int = 3
    clip_coef: float = 0.2
    ent_coef: float = 0.02
    vf_coef: float = 1.0
    max_grad_norm: float = 0.5
    eval_ticks: int = 300  # of the evaluation at the end


class Agent(nn.Module):
    """Actor and critic: from what an agent sees to a distribution over moves, one over attack styles, and a value."""

    def __init__(self, config: Config, hidden: int) -> None:
        super().__init__()
        self.config, self.cells = config, (2 * config.sight.radius + 1) ** 2
        self.features = [f for f in FEATURES if f.name in AGENT.names]  # its own health, food, water, place, ...
        self.tiles = nn.Linear(self.cells * len(Material), hidden)
        self.crowd = nn.Linear(self.cells, hidden)
        self.own = nn.Linear(len(self.features), hidden)
        self.body = nn.Sequential(nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.moves, self.styles = nn.Linear(hidden, len(Move)), nn.Linear(hidden, config.styles)
        self.critic = nn.Linear(hidden, 1)
        for head in (self.moves, self.styles):  # the first policy is nearly uniform
            nn.init.orthogonal_(head.weight, 0.01)
            nn.init.zeros_(head.bias)

    def see(self, observation: Observation, alive: np.ndarray) -> tuple[Tensor, ...]:
        """What n living agents see, copied: tiles uint8 [n, R²], features float32 [n, F], valid moves bool [n, 5]."""
        agents = observation.agents[alive]
        own = np.stack([(agents[f.name] - f.centre(self.config)) / f.scale(self.config) for f in self.features], -1)
        tiles = observation.window[alive].reshape(-1, self.cells)
        return tuple(map(torch.from_numpy, (tiles, own.astype(np.float32), observation.move_mask[alive])))

    def forward(self, tiles: Tensor, own: Tensor, valid: Tensor) -> tuple[Categorical, Categorical, Tensor]:
        """The distributions over moves and over styles, and the values [n]."""
        column = (tiles & 7).long() + torch.arange(self.cells) * len(Material)
        materials = torch.zeros(len(tiles), self.cells * len(Material)).scatter_(1, column, 1.0)  # one-hot
        crowd = (tiles >> 3).float()  # how many agents stand on each tile
        hidden = self.body(self.tiles(materials) + self.crowd(crowd) + self.own(own))
        moves = self.moves(hidden).masked_fill(~valid, -torch.inf)
        return Categorical(logits=moves), Categorical(logits=self.styles(hidden)), self.critic(hidden).squeeze(1)

    @torch.no_grad()
    def act(self, observation: Observation) -> np.ndarray:
        """Actions [W, N, 2], as `World.step` and `forge.evaluate` take them; rows of empty slots are 0."""
        alive = observation.alive
        actions = np.zeros((*alive.shape, 2), np.int64)
        moves, styles, _ = self(*self.see(observation, alive))
        actions[alive] = torch.stack([moves.sample(), styles.sample()], 1).numpy()
        return actions


def advantages(args: Args, reward: np.ndarray, terminated: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Generalised advantage estimates [T, W, N], of a rollout of T ticks and T + 1 values.

    Whoever acted in tick t and did not die is in the same slot in tick t + 1; a death is the end of an episode. What is
    found for empty slots means nothing and reaches no life: a slot becomes empty by a death.
    """
    found, later = np.zeros_like(reward), 0.0
    for t in reversed(range(len(reward))):
        lives_on = ~terminated[t]
        delta = reward[t] + args.gamma * value[t + 1] * lives_on - value[t]
        found[t] = later = delta + args.gamma * args.gae_lambda * lives_on * later
    return found


def main(args: Args) -> None:
    """Trains, prints how fast and what for, and measures the result on maps that training has not seen."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)  # more are slower for networks as small as this
    world = forge.make(args.world, worlds=args.worlds, seed=args.seed)
    config = world.config
    agent = Agent(config, args.hidden)
    optimizer = torch.optim.Adam(agent.parameters(), lr=args.learning_rate, eps=1e-5)

    shape = (args.num_steps, args.worlds, config.spawn.cap)
    alive, terminated = np.zeros(shape, bool), np.zeros(shape, bool)
    reward, value = np.zeros(shape, np.float32), np.zeros((shape[0] + 1, *shape[1:]), np.float32)
    actions = np.zeros((*shape[1:], 2), np.int64)
    observation, global_step = world.reset(), 0
    while global_step < args.total_timesteps:
        if args.anneal_lr:
            optimizer.param_groups[0]["lr"] = args.learning_rate * (1 - global_step / args.total_timesteps)
        start = time.time()

        # Play. What only the living have is kept for them alone, tick by tick.
        rollout, lifetimes = [], []
        for t in range(args.num_steps):
            alive[t], ages = observation.alive, observation.agents["age"].copy()
            seen = agent.see(observation, alive[t])
            with torch.no_grad():
                moves, styles, values = agent(*seen)
                move, style = moves.sample(), styles.sample()
                log_prob = moves.log_prob(move) + styles.log_prob(style)
            rollout.append((*seen, move, style, log_prob))
            value[t][alive[t]] = values.numpy()
            actions[alive[t]] = torch.stack([move, style], 1).numpy()
            observation, reward[t], terminated[t], _ = world.step(actions)
            lifetimes.extend(ages[terminated[t]])
        with torch.no_grad():
            value[-1][observation.alive] = agent(*agent.see(observation, observation.alive))[2].numpy()
        global_step += int(alive.sum())

        # Learn. With rewards times 1 − gamma a life without end is worth 1.
        advantage = advantages(args, reward * (1 - args.gamma), terminated, value)
        returns = torch.from_numpy((advantage + value[:-1])[alive])
        samples = [*map(torch.cat, zip(*rollout)), torch.from_numpy(advantage[alive]), returns]
        for _ in range(args.update_epochs):
            for some in torch.randperm(len(returns)).split(args.minibatch_size):
                *seen, move, style, old_log_prob, adv, ret = (x[some] for x in samples)
                moves, styles, values = agent(*seen)
                ratio = (moves.log_prob(move) + styles.log_prob(style) - old_log_prob).exp()
                adv = (adv - adv.mean()) / (adv.std(correction=0) + 1e-8)
                clipped = ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef)
                pg_loss = -torch.min(adv * ratio, adv * clipped).mean()
                v_loss = 0.5 * (values - ret).square().mean()
                entropy = (moves.entropy() + styles.entropy()).mean()
                loss = pg_loss - args.ent_coef * entropy + args.vf_coef * v_loss
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), args.max_grad_norm)
                optimizer.step()
        lifetime = f"{np.mean(lifetimes):5.1f} ticks" if lifetimes else "no deaths"
        sps = int(alive.sum() / (time.time() - start))
        print(f"step {global_step:>9,}  lifetime {lifetime}  entropy {entropy:.2f}  v_loss {v_loss:.4f}  SPS {sps:,}")

    for name, player in {"trained": agent, "random": forge.scripted("random", config)}.items():
        found = forge.evaluate(player, config, worlds=8, ticks=args.eval_ticks, warmup=args.eval_ticks, horizon=1000)
        print(
            f"{name} on new maps: {found.lifetime.value:.1f} ticks ({found.lifetime.low:.1f}–{found.lifetime.high:.1f})"
        )


if __name__ == "__main__":
    main(tyro.cli(Args))
