"""Review a file before the command line sends it: errors block, warnings are accepted by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.progress import StatusLine
from tui.services.errors import NeedsConfirmation, Unfit

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui.cli.output import Output
    from tui.services.checks.review import Concern
    from tui.services.workspace import Workspace


async def guard(
    path: str, workspace: Workspace, out: Output, *, purpose: str, accept: Collection[str]
) -> None:
    """Raise Unfit for errors in a dataset, NeedsConfirmation for what was not accepted.

    `accept` names what is no reason to stop: "warnings", "secrets". What takes nothing to go on
    is only told.
    """
    for concern in await _concerns(path, workspace, purpose):
        if concern.takes == "repair":
            step = "" if concern.says_how else "Repair it: `finetui check` and `finetui fix`."
            raise Unfit("Nothing was sent", concern.text, step)
        text = f"{path} {concern.predicate}"
        if concern.takes == "accept" and concern.topic not in accept:
            raise NeedsConfirmation("Not sent", text, _step(concern))
        more = "; finetui check lists them" if concern.topic == "warnings" else ""
        out.note(f"warning: {text}{more}")


def _step(concern: Concern) -> str:
    if concern.topic == "warnings":
        return "finetui check lists them; add --accept warnings to send it as it is."
    if not concern.counts:  # it could not be looked at
        return "Add --accept secrets if there are none in it."
    return "Take them out with `finetui redact`, or add --accept secrets to send them."


async def _concerns(path: str, workspace: Workspace, purpose: str) -> tuple[Concern, ...]:
    from tui.services.checks.review import review_file

    line = StatusLine()

    def tell(done: int, of: int) -> None:
        line.put(f"checking {path}: {done * 100 // max(of, 1)} %")

    try:
        limits = workspace.files.limits
        return await review_file(
            Path(path), workspace.workers, workspace.profile, limits, purpose, tell
        )
    finally:
        line.end()
