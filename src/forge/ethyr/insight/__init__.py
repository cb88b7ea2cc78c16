"""Policies that act, and questions to them."""

from forge.ethyr.insight.insight import Insight, attack_counts

__all__ = ["Insight", "attack_counts"]
