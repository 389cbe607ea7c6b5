"""Rules on near duplicates and leakage: they report what a search found, if there was one."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from tui.core.checks.registry import Finding, PairFindings, file_rule
from tui.core.checks.whole_file.repeats import repeats
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tui.core.checks.whole_file.file_view import WholeFile
    from tui.core.checks.whole_file.near_pairs import Pairs


@file_rule(
    "near-duplicate",
    "info",
    "Near duplicate",
    "What stands nearly twice counts nearly twice. Alike shows near duplicates side by side.",
)
def near_duplicate(file: WholeFile) -> Iterable[Finding]:
    """Find examples much like an earlier one, if near duplicates were looked for."""
    pairs = file.source.alike.near
    equal = {*repeats(file.rows.content)[0]} if pairs else ()  # said by duplicate
    return _pair_findings(
        "This says nearly the same as line {}. Keep one, or both if meant.", pairs, equal
    )


@file_rule(
    "leakage",
    "warning",
    "Also in the validation file",
    "Tested on what it was trained on, a model looks better than it is. Alike shows both "
    "files' examples side by side.",
)
def leakage(file: WholeFile) -> Iterable[Finding]:
    """Find examples that the validation file holds too, if leakage was looked for."""
    alike = file.source.alike
    name = one_line(alike.against, 40).replace("{", "{{").replace("}", "}}")
    text = f"Line {{}} of {name} is alike or asks the same. Delete one of them."
    return _pair_findings(text, alike.leaked)


def _pair_findings(text: str, pairs: Pairs, without: Collection[int] = ()) -> PairFindings:
    kept = [pair for pair in pairs if pair[0] not in without]
    return PairFindings(text, array("q", (a for a, _ in kept)), array("q", (b for _, b in kept)))
