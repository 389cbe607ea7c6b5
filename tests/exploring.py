"""How many examples of hypothesis are tried, and which.

The same ones in every run, so that a run says something of a change; others, at random and twenty
times as many, with FINETUI_EXPLORE=1.
"""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis.internal import entropy
from hypothesis.internal.conjecture import providers

_EXPLORES = bool(os.environ.get("FINETUI_EXPLORE"))
_TIMES = 20 if _EXPLORES else 1

# Around each example numpy's numbers at random would be seeded and put back as they were, which
# takes as long as half an example; everything here that uses any has a generator of its own.
entropy.NP_RANDOM = object()  # type: ignore[assignment]

if not _EXPLORES:
    # The constants of all modules loaded by then would be looked for and tried: five seconds of
    # processor time a worker in a new checkout, and other examples by what has run before.
    providers._get_local_constants = lambda: providers._local_constants

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=500, deadline=None)
settings.load_profile("explore" if _EXPLORES else "same")


def tried(count: int) -> settings:
    """Return the settings of a test whose examples are dear: this many in every run."""
    return settings(max_examples=count * _TIMES, deadline=None)
