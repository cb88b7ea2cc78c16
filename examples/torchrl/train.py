"""PPO of TorchRL on one world: a policy for each population, masks of actions, and lives that succeed each other."""

import argparse

import torch
from tensordict import TensorDict
from tensordict.nn import TensorDictModule, TensorDictSequential
from torchrl.collectors import Collector
from torchrl.envs import PettingZooWrapper
from torchrl.modules import MLP, MaskedCategorical, ProbabilisticActor
from torchrl.objectives import ClipPPOLoss, ValueEstimators

from forge.blade import Law
from forge.trinity.adapters.pettingzoo import SlotEnv

WORLD = Law(**{"terrain.side": 32, "spawn.cap": 16, "spawn.populations": 2, "sight.radius": 3, "sight.agents": 4})
MINIBATCH, EPOCHS, RATE = 256, 2, 1e-3


def make_env(ticks: int, seed: int) -> PettingZooWrapper:
    """A world whose agents are its slots, grouped by population. Deaths end the life in a slot, not the world."""
    slots = SlotEnv(WORLD, flat=True, box=True, normalised=True, max_ticks=ticks)
    size = WORLD.spawn.cap // WORLD.populations
    groups = {f"p{p}": slots.possible_agents[p * size : (p + 1) * size] for p in range(WORLD.populations)}
    return PettingZooWrapper(slots, group_map=groups, done_on_any=False, seed=seed)


def make_loss(env: PettingZooWrapper, group: str) -> ClipPPOLoss:
    """The actor and the critic of one population, in the loss that trains them."""
    seen = env.observation_spec[group, "observation"].shape[-1]
    choices = env.observation_spec[group, "action_mask"].shape[-1]
    net = MLP(in_features=seen, out_features=choices, num_cells=[64, 64])
    actor = ProbabilisticActor(
        TensorDictModule(net, in_keys=[(group, "observation")], out_keys=[(group, "logits")]),
        in_keys={"logits": (group, "logits"), "mask": (group, "action_mask")},
        out_keys=[(group, "action")],
        distribution_class=MaskedCategorical,
        return_log_prob=True,
        log_prob_key=(group, "log_prob"),
    )
    value = MLP(in_features=seen, out_features=1, num_cells=[64, 64])
    critic = TensorDictModule(value, in_keys=[(group, "observation")], out_keys=[(group, "value")])
    loss = ClipPPOLoss(actor, critic, entropy_coeff=0.01, normalize_advantage=True)
    names = ("action", "reward", "done", "terminated", "advantage", "value_target", "value")
    loss.set_keys(sample_log_prob=(group, "log_prob"), **{name: (group, name) for name in names})
    loss.make_value_estimator(ValueEstimators.GAE, gamma=0.97, lmbda=0.95)
    return loss


def lived(batch: TensorDict, group: str) -> TensorDict:
    """The steps of those who were alive, [samples]: what an empty slot did is no experience."""
    own = batch[group].reshape(-1)
    return TensorDict({group: own[own["info", "alive"].bool()]}, [int(own["info", "alive"].sum())])


def main() -> None:
    """Trains, and prints how long lives are."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--batches", type=int, default=4, help="rollouts to learn from; some hundred to see it learn")
    options.add_argument("--ticks", type=int, default=128, help="length of a rollout, and of a world")
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)  # more are slower for networks as small as these

    env = make_env(args.ticks, args.seed)
    losses = {group: make_loss(env, group) for group in env.group_map}
    optimisers = {group: torch.optim.Adam(loss.parameters(), RATE) for group, loss in losses.items()}
    policy = TensorDictSequential(*(loss.actor_network for loss in losses.values()))
    collector = Collector(env, policy, frames_per_batch=args.ticks, total_frames=args.batches * args.ticks)
    for number, batch in enumerate(collector):
        steps = deaths = 0
        for group, loss in losses.items():
            with torch.no_grad():
                loss.value_estimator(
                    batch, params=loss.critic_network_params, target_params=loss.target_critic_network_params
                )
            samples = lived(batch, group)
            steps, deaths = steps + len(samples), deaths + int(batch["next", group, "terminated"].sum())
            for _ in range(EPOCHS):
                for some in torch.randperm(len(samples)).split(MINIBATCH):
                    told = loss(samples[some])
                    optimisers[group].zero_grad()
                    (told["loss_objective"] + told["loss_critic"] + told["loss_entropy"]).backward()
                    optimisers[group].step()
        collector.update_policy_weights_()
        print(
            f"rollout {number}: {steps} steps of the living, {deaths} deaths, {steps / max(deaths, 1):.1f} ticks a life"
        )
    collector.shutdown()


if __name__ == "__main__":
    main()
