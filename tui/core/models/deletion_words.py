"""The words of deleting models: what it would do, and what is typed before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from tui.core.provider.deletion import confirmation_word
from tui.core.text.moments import date_words
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.catalog.providers import ProviderEntry
    from tui.core.models.deletion_plan import DeletionPlan
    from tui.core.models.entry import ModelEntry

_ID = 200  # characters of an id in a line
_TYPED, _LEAST, _MOST = 30, 4, 64  # letters that may have to be typed


def word_for(chosen: Sequence[ModelEntry], listed: Sequence[ModelEntry]) -> str:
    """Return what has to be typed: for one model its short name, for several how many.

    The short name is the suffix where no other model has it, else the last part of the id.
    """
    model = chosen[0]
    namesakes = sum(1 for other in listed if other.suffix == model.suffix)
    names = (model.suffix or "" if namesakes <= 1 else "", _end_of(model.id, listed))
    return confirmation_word("delete", len(chosen), names, _MOST)


def _end_of(model_id: str, listed: Sequence[ModelEntry]) -> str:
    """Return the end of a model's name, as little of it as tells it from the others listed."""
    last = model_id.rpartition(":")[2] or model_id
    if len(last) <= _TYPED:
        return last
    end = re.split(r"[-/]", last)[-1]
    alone = sum(1 for other in listed if other.id.endswith(end)) <= 1
    return end if len(end) >= _LEAST and alone else last


class OfProfile(Protocol):
    """What the words need to know of a profile."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def provider_entry(self) -> ProviderEntry:
        """What is known of its provider."""


def plan_lines(
    plan: DeletionPlan,
    profile: OfProfile,
    shown: int | None = None,
    *,
    checkpoints: bool = False,
    files: bool = False,
) -> list[str]:
    """Return what would happen, exactly, in lines; of each list at most `shown`.

    `checkpoints` and `files` are whether those of the plan go too.
    """
    lines = []
    if plan.going:
        lines = [
            f"Deletes {plural(len(plan.going), 'model')} for good, with profile {profile.name}:"
        ]
        lines += _short([_line(one, alone=len(plan.going) == 1) for one in plan.going], shown)
    if plan.held:
        lines.append(f"{plural(len(plan.held), 'model')} will not be asked for:")
        lines += _short([f"{one_line(h.entry.id, _ID)}: {h.why}" for h in plan.held], shown)
    if plan.going:
        too = _go_too(plan, checkpoints=checkpoints, files=files)
        stays = _stays(plan, checkpoints=checkpoints, files=files)
        lines += [*plan.notes, *too, stays, *_of_provider(profile.provider_entry)]
    return lines


def _line(entry: ModelEntry, *, alone: bool) -> str:
    name = one_line(entry.id, _ID)
    if not alone:
        return name
    return f"{name}, made {date_words(entry.created)} by {entry.job or 'unknown job'}"


def _short(lines: list[str], shown: int | None) -> list[str]:
    kept = lines if shown is None else lines[:shown]
    more = [f"  … and {len(lines) - len(kept)} more"] if len(lines) > len(kept) else []
    return [*(f"  {line}" for line in kept), *more]


def _go_too(plan: DeletionPlan, *, checkpoints: bool, files: bool) -> list[str]:
    """Return the line of what goes beside the models; none where nothing does."""
    parts = [_checkpoints(plan)] if checkpoints and plan.checkpoints else []
    parts += [plural(len(plan.files), "uploaded file")] if files and plan.files else []
    return [f"Deletes too: {', '.join(parts)}."] if parts else []


def _checkpoints(plan: DeletionPlan) -> str:
    return plural(len(plan.checkpoints), "checkpoint")


def _stays(plan: DeletionPlan, *, checkpoints: bool, files: bool) -> str:
    parts = ["the records of jobs, chats and comparisons"]
    if plan.checkpoints and not checkpoints:
        parts.append(_checkpoints(plan))
    if staying := plan.shared + (0 if files else len(plan.files)):
        others = f" ({plan.shared} used by other jobs)" if plan.shared else ""
        parts.append(f"{plural(staying, 'uploaded file')}{others}")
    return f"This cannot be undone. What stays: {', '.join(parts)}."


def _of_provider(provider: ProviderEntry) -> list[str]:
    role = provider.delete_role and f"{provider.name} wants the role {provider.delete_role} for it."
    return [line for line in (provider.deletes, role) if line]
