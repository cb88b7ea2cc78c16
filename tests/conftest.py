"""Settings that every test shares."""

import os
import signal

from hypothesis import settings

# as the command line does: PyTorch's idle threads would otherwise spin on the cores that the world's need
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# What commands print does not depend on how long they take.
os.environ.setdefault("FORGE_PATIENCE", "inf")

# The first example of a property may compile a kernel, so no example has a deadline.
# What Hypothesis itself changes under CI (no randomness between runs) is kept.
settings.register_profile("forge", settings.default, deadline=None)
settings.load_profile("forge")

# A shell starts jobs in the background with Ctrl-C ignored, and whatever they start would ignore it too. Some tests
# start commands that must stop at Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
