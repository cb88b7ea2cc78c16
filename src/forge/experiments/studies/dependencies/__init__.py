"""The study `dependencies`: do agents learn to depend on one another?"""

from forge.experiments.studies.dependencies.study import ask

__all__ = ["ask"]
