"""Settings that every test shares."""

import os
import signal
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# as the command line does: PyTorch's idle threads would otherwise spin on the cores that the world's need
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# Numba would colour every error that it meets on its way to the types of a kernel, and nobody sees most of them.
os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets a test be skipped where a system lacks what it needs, which Linux never does: there it fails."""
    report = yield
    if report.skipped and sys.platform == "linux" and not hasattr(report, "wasxfail"):
        assert call.excinfo is not None
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped ({call.excinfo.value}); on Linux, where CI runs, every test must run"
        )
    return report
