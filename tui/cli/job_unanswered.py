"""`finetui jobs unanswered`: look for jobs whose creation request was never answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.core.text.moments import date_words
from tui.services.jobs.spending import released_words

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register_unanswered(actions: Commands[Parser]) -> None:
    """Add the command."""
    about = "look for jobs asked for without an answer; ends with 1 if any may yet exist"
    command(actions, "unanswered", _unanswered, about)


async def _unanswered(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del options
    stale = await workspace.spending.release_stale()
    found = await workspace.unanswered.look()
    released = [float(one.amount) for one in stale]
    out.document({"requests": [one.to_json() for one in found], "released": released})
    for one in found:
        asked, request = date_words(one.record.asked_at), one.record.request
        named = " ".join(str(request[name]) for name in ("model", "suffix") if request.get(name))
        out.line(f"{asked}  {named}  {one.words}")
    if said := released_words(stale):
        out.line(said)
    if not found:
        out.note("every job that was asked for got its answer")
    unknown = any(one.match.job is None and not one.gone for one in found)
    return PROBLEMS if unknown else 0
