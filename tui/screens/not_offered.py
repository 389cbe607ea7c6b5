"""The text of an empty list where the provider has no such list, or the key may not see it."""

from __future__ import annotations

import textwrap

from tui.core.text.text import one_line
from tui.services.errors import NotOffered, Refused, ServiceError

_WIDTH = 74  # columns that are there at 80
OTHERWISE = "4 chats with its models, F2 chooses another profile."


def wrapped(*lines: str) -> str:
    """Return lines such that none is wider than a narrow terminal."""
    return "\n".join(textwrap.fill(one_line(line, 600), _WIDTH) for line in lines if line)


def no_tuning(profile: str) -> str:
    """Return the sentence for a provider without jobs."""
    return f"{profile} offers no fine-tuning."


def jobs_unknown(profile: str, problem: ServiceError | None) -> str:
    """Return why the jobs of a profile are not known; empty where asking again may help."""
    if isinstance(problem, NotOffered):
        return wrapped(no_tuning(profile), OTHERWISE)
    if isinstance(problem, Refused) and not problem.passing:
        return wrapped(f"Which jobs there are is not known: {problem.brief}", problem.next_step)
    return ""
