"""BenchMARL's IPPO on one world: a task of ours, with a group of agents and so a policy for each population."""

import argparse
import tempfile
from collections.abc import Callable
from typing import Any

import torch
from benchmarl.algorithms import IppoConfig
from benchmarl.environments.pettingzoo.common import PettingZooClass
from benchmarl.experiment import Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig
from torchrl.envs import EnvBase, PettingZooWrapper

from forge.blade import Config, Law
from forge.trinity.adapters.pettingzoo import SlotEnv

WORLD = Law(**{"terrain.side": 32, "spawn.cap": 8, "spawn.populations": 2, "sight.radius": 3, "sight.agents": 4})


class WorldTask(PettingZooClass):
    """One world as a task of BenchMARL, whose config holds `world`, a Config, and `max_ticks` of an episode."""

    def get_env_fun(
        self, num_envs: int, continuous_actions: bool, seed: int | None, device: Any
    ) -> Callable[[], EnvBase]:
        """Worlds whose agents are their slots. Deaths end the life in a slot, not the world."""
        world: Config = self.config["world"]

        def make() -> EnvBase:
            slots = SlotEnv(world, flat=True, box=True, normalised=True, max_ticks=self.config["max_ticks"])
            size = world.spawn.cap // world.populations
            groups = {f"p{p}": slots.possible_agents[p * size : (p + 1) * size] for p in range(world.populations)}
            return PettingZooWrapper(slots, group_map=groups, done_on_any=False, seed=seed, device=device)

        return make

    def supports_continuous_actions(self) -> bool:
        """Actions are one number each."""
        return False

    def supports_discrete_actions(self) -> bool:
        """Actions are one number each."""
        return True

    def has_state(self) -> bool:
        """Critics see what their agents see."""
        return False

    def has_render(self, env: EnvBase) -> bool:
        """Nothing is drawn."""
        return False

    def max_steps(self, env: EnvBase) -> int:
        """Ticks of an episode of evaluation."""
        return self.config["max_ticks"]


def main() -> None:
    """Trains, and prints what slots earned in an episode on average."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--iterations", type=int, default=2, help="some hundred to see it learn")
    options.add_argument("--ticks", type=int, default=64, help="length of an episode")
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    torch.set_num_threads(1)  # more are slower for networks as small as these

    config = ExperimentConfig.get_from_yaml()
    config.max_n_iters, config.lr, config.gamma = args.iterations, 1e-3, 0.97
    config.on_policy_n_envs_per_worker, config.on_policy_collected_frames_per_batch = 2, 2 * args.ticks
    config.on_policy_n_minibatch_iters, config.on_policy_minibatch_size = 2, 64
    config.evaluation, config.render, config.create_json = False, False, False
    config.loggers, config.save_folder = ["csv"], tempfile.mkdtemp()
    experiment = Experiment(
        task=WorldTask("law", {"world": WORLD, "max_ticks": args.ticks}),
        algorithm_config=IppoConfig.get_from_yaml(),
        model_config=MlpConfig.get_from_yaml(),
        critic_model_config=MlpConfig.get_from_yaml(),
        seed=args.seed,
        config=config,
    )
    experiment.run()
    print(f"mean return of a slot: {experiment.mean_return:.1f}; logs are in {config.save_folder}")


if __name__ == "__main__":
    main()
