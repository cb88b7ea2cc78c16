"""Settings that every test shares."""

from hypothesis import settings

# The first example of a property may compile a kernel, so no example has a deadline.
# What Hypothesis itself changes under CI (no randomness between runs) is kept.
settings.register_profile("forge", settings.default, deadline=None)
settings.load_profile("forge")
