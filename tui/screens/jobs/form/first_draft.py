"""The initial values of the form: empty, for the open dataset, or like an earlier job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import Example
from tui.screens.dialogs.path import short_path
from tui.services.datasets.validation_file import validation_beside
from tui.services.jobs.drafts import Draft, draft_again
from tui.services.jobs.preflight.sources import absolute
from tui.services.settings.typed_texts import FORM_KEY

if TYPE_CHECKING:
    from tui.services.datasets import Document
    from tui.services.settings.typed_texts import TypedTexts

__all__ = [
    "Draft",
    "draft_again",
    "draft_for",
    "keep_form",
    "kept_form",
    "unsaved",
]


def draft_for(document: Document | None) -> Draft:
    """Return a form filled in for the open dataset, as far as that tells anything."""
    if document is None:
        return Draft()
    first = document.example(0) if len(document) else None
    preference = isinstance(first, Example) and first.kind == "preference"
    sibling = validation_beside(document.path)
    return Draft(
        training=short_path(document.path),
        validation="" if sibling is None else short_path(sibling),
        method="dpo" if preference else "supervised",
    )


def unsaved(draft: Draft, document: Document | None) -> bool:
    """Whether a file that is to be sent is open with unsaved changes."""
    if document is None or not document.modified:
        return False
    return document.path in {absolute(text) for text in (draft.training, draft.validation)}


def keep_form(typed: TypedTexts, profile: str, draft: Draft | None) -> None:
    """Keep what is typed in the form of a profile's next job; None forgets it."""
    typed.put(FORM_KEY.format(profile), None if draft is None else draft.as_typed())


def kept_form(typed: TypedTexts, profile: str) -> Draft | None:
    """Return what was typed in the form when the program ended."""
    return Draft.from_typed(typed.get(FORM_KEY.format(profile)))
