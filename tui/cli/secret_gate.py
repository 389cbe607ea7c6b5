"""Asking before a file with secrets leaves the machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.errors import NeedsConfirmation

if TYPE_CHECKING:
    from collections import Counter

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


async def guard(path: str, workspace: Workspace, out: Output, *, yes: bool) -> None:
    """Warn of secrets in a dataset. Raises NeedsConfirmation where it would leave the machine."""
    from tui.core.fixes.gate import secret_words

    found = await asyncio.to_thread(_secrets, Path(path))
    if not found:
        return
    text = f"{path} holds secrets: {secret_words(found)}"
    if workspace.profile.kind == "lab" or yes:
        out.note(f"warning: {text}")
        return
    raise NeedsConfirmation(
        "Not sent", text, "Take them out with `finetui redact`, or add --yes to send them."
    )


def _secrets(path: Path) -> Counter[str]:
    from tui.core.fixes.gate import secrets_in
    from tui.services.local_files import read_rows

    rows = read_rows(path)
    try:
        return secrets_in(rows)
    finally:
        rows.close()
