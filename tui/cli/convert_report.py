"""Report a conversion on standard error: counts, what was left out, which rows were dropped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from tui.cli.output import Output
    from tui.core.formats import Converted

_SHOWN = 20


def report(made: Converted, out: Output) -> None:
    """Print the counts, every kind of thing left out, and the first rows that were dropped."""
    out.note(
        f"{plural(made.read, 'row')} read, {len(made.lines):,} converted, "
        f"{len(made.dropped):,} dropped"
    )
    for remark in made.remarks:
        rows = plural(remark.count, "row")
        example = f": {remark.example}" if remark.example else ""
        out.note(f"  {remark.text} ({rows}, first in {remark.first}{example})")
    reasons = Counter(one.reason for one in made.dropped)
    if len(made.dropped) > _SHOWN:
        for reason, count in reasons.most_common(_SHOWN):
            out.note(f"  dropped {plural(count, 'row')}: {reason}")
    for one in made.dropped[:_SHOWN]:
        out.note(f"  dropped {one.where}: {one.reason}: {one_line(one.excerpt, 60)}")
    if len(made.dropped) > _SHOWN:
        rest = len(made.dropped) - _SHOWN
        out.note(f"  … {rest:,} more; --dropped FILE writes all of them, --json lists them")
    judged = sum(one.why == "judged" for one in made.dropped)
    if judged and any("must not be learned" in reason for reason in reasons):
        out.note("  --pairs makes preference pairs of answers judged good and bad to one prompt")
