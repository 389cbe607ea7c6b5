"""The parts of a preference pair in OpenAI's format, for the writers of other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import ALIASES, section_list
from tui.core.formats.parts import answer_text, no_more, objects_in
from tui.core.formats.results import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.formats.results import Notes

_KEYS = {"input", *ALIASES, *ALIASES.values()}


def answers_of(row: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the preferred and the other answer of an OpenAI pair. Raises Unfit."""
    preferred = section_list(row, "preferred_output")
    other = section_list(row, "non_preferred_output")
    return objects_in(preferred, "preferred_output"), objects_in(other, "non_preferred_output")


def outside_pair(row: Mapping[str, Any], notes: Notes) -> None:
    """Remark on the keys of an OpenAI pair beside its three parts."""
    no_more(row, _KEYS, notes)


def pair_texts(row: Mapping[str, Any], notes: Notes) -> tuple[str, str]:
    """Return the texts of both answers of an OpenAI pair. Raises Unfit."""
    found = []
    for what, answer in zip(("preferred", "other"), answers_of(row), strict=True):
        if len(answer) != 1:
            raise Unfit(f"the {what} answer has several messages")
        found.append(answer_text(answer[0], f"the {what} answer"))
        no_more(answer[0], {"role", "content"}, notes, f"{what} answer's key ")
    return found[0], found[1]
