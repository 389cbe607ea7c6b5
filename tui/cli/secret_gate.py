"""Looking at a file before it leaves the machine: errors block, secrets want a yes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.progress import StatusLine
from tui.core.text import plural
from tui.services.errors import NeedsConfirmation, Unfit

if TYPE_CHECKING:
    from collections import Counter

    from tui.cli.output import Output
    from tui.services.file_verdict import FileVerdict
    from tui.services.workspace import Workspace


async def guard(path: str, workspace: Workspace, out: Output, *, yes: bool) -> None:
    """Raise Unfit for errors in a dataset, NeedsConfirmation for secrets that leave the machine.

    Warnings are only told, and so are secrets where the provider is this machine.
    """
    found = await _verdict(path)
    if warnings := found.count("warning"):
        said = f"{plural(warnings, 'warning')}: {found.words('warning')}"
        out.note(f"warning: {path} has {said}; finetui check lists them")
    if errors := found.error_words():
        raise Unfit("Nothing was sent", errors, "Repair it: `finetui check` and `finetui fix`.")
    _check_secrets(path, found.secrets, workspace, out, yes=yes)


async def _verdict(path: str) -> FileVerdict:
    from tui.services.file_verdict import verdict_of

    line = StatusLine()

    def tell(done: int, of: int) -> None:
        line.put(f"checking {path}: {done * 100 // max(of, 1)} %")

    try:
        return await verdict_of(Path(path), tell)
    finally:
        line.end()


def _check_secrets(
    path: str, found: Counter[str], workspace: Workspace, out: Output, *, yes: bool
) -> None:
    from tui.core.fixes.gate import secret_words

    if not found:
        return
    text = f"{path} holds secrets: {secret_words(found)}"
    if workspace.profile.kind == "lab" or yes:
        out.note(f"warning: {text}")
        return
    raise NeedsConfirmation(
        "Not sent", text, "Take them out with `finetui redact`, or add --yes to send them."
    )
