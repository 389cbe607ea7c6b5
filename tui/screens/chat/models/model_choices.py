"""The list of models to choose from, and the default one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.moments import date_words
from tui.screens.dialogs.choose import Choice
from tui.screens.not_offered import wrapped
from tui.services.errors import Malformed, NotOffered, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.errors import ServiceError
    from tui.services.models.service import ChatChoice, ChatOffer

_REMARKS = {
    "base": "base",
    "tuned": "fine-tuned",
    "checkpoint": "checkpoint",
    "asked": "asked before, not listed",
    "deployed": "deployed",
}


def choice_of(choice: ChatChoice, today: str = "") -> Choice[str]:
    """Return a row of the list; the remark says what kind of model it is, and what it lacks.

    `today` is the day as YYYY-MM-DD, the real one when empty.
    """
    parts = [_REMARKS[choice.kind]]
    if choice.step is not None:
        parts[0] += f" at step {choice.step}"
    if choice.recent and choice.kind != "asked":
        parts.append("recent")
    if choice.needs:
        parts.append("needs a deployment")
    if not choice.ready:
        parts.append("not ready yet")
    if choice.until:
        gone = choice.until < (today or f"{datetime.now().astimezone():%Y-%m-%d}")
        parts.append(f"retired {choice.until}" if gone else f"stops {choice.until}")
    if choice.kind != "base" and choice.created:
        parts.append(date_words(choice.created))
    return Choice(choice.id, choice.id, " · ".join(parts))


def default_choice(choices: Sequence[ChatChoice]) -> ChatChoice | None:
    """Return the newest fine-tuned model that answers, else a base known to be trainable."""
    tuned = [choice for choice in choices if choice.kind in {"deployed", "tuned"}]
    tuned = [choice for choice in tuned if not choice.needs]
    deployed = {choice.base for choice in tuned if choice.kind == "deployed"}
    tuned = [choice for choice in tuned if choice.id not in deployed]
    tuned = [choice for choice in tuned if choice.ready] or tuned
    if tuned:
        return max(tuned, key=lambda choice: choice.created or 0)
    from tui.core.catalog.models import load

    bases = {choice.id: choice for choice in choices if choice.kind == "base"}
    known = next((bases[m.id] for m in load().trainable if m.id in bases), None)
    return known or next(iter(bases.values()), None) or next(iter(choices), None)


def only_the_list(problem: ServiceError | None) -> bool:
    """Whether models can be asked all the same: the server answers, it only lists none."""
    if isinstance(problem, Refused):
        return isinstance(problem, NotOffered) or not (problem.status == 401 or problem.passing)
    return problem is None or isinstance(problem, Malformed)


def none_words(offer: ChatOffer) -> str:
    """Return what a list of models without any says."""
    why = f"The models cannot be listed: {offer.problem.brief}" if offer.problem else ""
    return wrapped(
        why or "The provider lists no models.",
        f"Type a model's id; {key_hint('choose.take', 'takes')} it.",
    )
