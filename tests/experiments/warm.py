"""What a process imports that others are forked from: it loads the compiled world and learner, once for all of them.

It computes in one thread: threads do not outlive a fork.
"""

import torch

import forge.commands.train  # noqa: F401
from forge.blade import Chaos
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer

torch.set_num_threads(1)
Trainer(Training(run=Session(worlds=1, threads=1), world=Chaos(**{"spawn.cap": 16, "terrain.side": 40}))).update()
