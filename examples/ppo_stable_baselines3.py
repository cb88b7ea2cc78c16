"""PPO of Stable-Baselines3 on two worlds, whose slots SuperSuit turns into a vector of environments."""

import argparse

import supersuit
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.utils import set_random_seed

from forge.blade import Law
from forge.trinity.adapters.pettingzoo import SlotEnv

WORLD = Law(**{"terrain.side": 32, "spawn.cap": 8, "sight.radius": 3, "sight.agents": 4})


def main() -> None:
    """Trains, and prints what a step of a slot earned."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--steps", type=int, default=2048, help="steps of slots; a million to see it learn")
    options.add_argument("--worlds", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    torch.set_num_threads(1)  # more are slower for networks as small as these

    slots = supersuit.pettingzoo_env_to_vec_env_v1(SlotEnv(WORLD, normalised=True, box=True))
    vector = supersuit.concat_vec_envs_v1(slots, args.worlds, num_cpus=0, base_class="stable_baselines3")
    vector.venv.reset(seed=args.seed)  # each world gets a seed of its own, which SuperSuit's vector takes here only
    set_random_seed(args.seed)
    model = PPO("MlpPolicy", vector, n_steps=64, batch_size=256, n_epochs=2, device="cpu")
    model.learn(args.steps)
    print(f"{model.num_timesteps} steps; the last earned {model.rollout_buffer.rewards.mean():.3f} each on average")


if __name__ == "__main__":
    main()
