"""Measures of behaviour: exploration, niches, dependence, attacks."""
