"""Evaluation: policies in worlds, alone and together, and what they are worth."""

from forge.experiments.evaluation.evaluation import Evaluation, Settings

__all__ = ["Evaluation", "Settings"]
