"""Learners for tests."""

from typing import Any

from forge.ethyr.learning.settings import RELEASE_2_0, Learning
from forge.trinity import smith
from forge.trinity.realms.native import Native


def basic(**changes: Any) -> Learning:
    """The learner of release 2.0 with some numbers changed, whatever new configurations learn by."""
    return Learning(**{**RELEASE_2_0, **changes})


def native(*args: Any, **named: Any) -> Native:
    """Realms that learn by the numbers of release 2.0, one update a round, unless something else is asked for."""
    return smith.Native(*args, **{"learning": basic(), **named})
