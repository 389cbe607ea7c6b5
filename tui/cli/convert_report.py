"""Report a conversion on standard error: counts, what was left out, which rows were dropped."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from tui.core.formats.verdicts import scored_key
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.cli.output import Output
    from tui.core.formats import ConvertedRows

_SHOWN = 20


def tell_scores(made: ConvertedRows, words: Sequence[str], out: Output) -> bool:
    """Say what to do where scores alone have every row dropped; return whether they have.

    `words` are those of the command, which is given again with what it lacks.
    """
    keys = {scored_key(one.reason) for one in made.dropped}
    if made.lines or len(keys) != 1 or not (key := keys.pop()):
        return False
    again = shlex.join(("finetui", "convert", *words))
    out.note(
        f"finetui: nothing converted: every row has a {one_line(key, 40)}, and nothing says which "
        f"of them mean bad answers. Keep all rows: {again} {shlex.join(('--without', key))}"
    )
    low = shlex.join(("--bad", f"{key}<3"))
    out.note(f"  or drop the bad answers, here those below 3: {again} {low}")
    return True


def report(made: ConvertedRows, out: Output) -> None:
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
    judged = any(one.why in {"judged", "bad"} for one in made.dropped)
    if judged and any("must not be learned" in reason for reason in reasons):
        out.note("  --pairs makes preference pairs of answers judged good and bad to one prompt")
