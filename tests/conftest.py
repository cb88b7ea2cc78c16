"""Settings that every test shares."""

import os

from hypothesis import settings

# as the command line does: idle OpenMP threads of one library would otherwise spin on the cores that the other needs
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# The first example of a property may compile a kernel, so no example has a deadline.
# What Hypothesis itself changes under CI (no randomness between runs) is kept.
settings.register_profile("forge", settings.default, deadline=None)
settings.load_profile("forge")
