"""Learning: its numbers, losses, the optimiser, and what is told of how it goes."""

from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning

__all__ = ["Learning", "Optimiser"]
