"""Looking at a file before it is sent: errors block, warnings and secrets are accepted by name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.progress import StatusLine
from tui.services.errors import NeedsConfirmation, Unfit

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    from tui.cli.output import Output
    from tui.services.checks.file_verdict import FileVerdict
    from tui.services.workspace import Workspace

_HEAD = 65536  # bytes, enough to tell text from what is not


async def guard(path: str, workspace: Workspace, out: Output, *, accept: Collection[str]) -> None:
    """Raise Unfit for errors in a dataset, NeedsConfirmation for warnings and for secrets.

    `accept` names what is no reason to stop: "warnings", "secrets". Warnings are only told where
    nothing is billed, and secrets where the provider is this machine: nothing leaves it. It is
    for files to train on; for all others there is `guard_secrets`.
    """
    from tui.services.checks.file_verdict import SMALL

    profile = workspace.profile
    found = await _verdict(path)
    takes = workspace.files.limits.takes | found.forgiven(profile.terms.methods)
    if errors := found.error_words(takes | SMALL):
        raise Unfit("Nothing was sent", errors, "Repair it: `finetui check` and `finetui fix`.")
    _check_secrets(path, found.secrets, out, sent="secrets" in accept or profile.kind == "lab")
    if warnings := found.warning_words(takes):
        text = f"{path} has {warnings}"
        if profile.bills and "warnings" not in accept:
            raise NeedsConfirmation(
                "Not sent", text,
                "finetui check lists them; add --accept warnings to send it as it is.",
            )  # fmt: skip
        out.note(f"warning: {text}; finetui check lists them")


async def guard_secrets(
    path: str, workspace: Workspace, out: Output, *, accept: Collection[str]
) -> None:
    """Raise NeedsConfirmation for secrets in a file of any purpose, and for what is not text.

    Its form is not looked at: what a provider takes for other purposes is not known here.
    """
    sent = "secrets" in accept or workspace.profile.kind == "lab"
    if kind := await asyncio.to_thread(_binary_kind, path):
        text = f"{path} is {kind}: it cannot be looked through for secrets"
        if not sent:
            step = "Add --accept secrets if there are none in it."
            raise NeedsConfirmation("Not sent", text, step)
        out.note(f"warning: {text}")
        return
    _check_secrets(path, (await _verdict(path)).secrets, out, sent=sent)


def _binary_kind(path: str) -> str | None:
    from tui.core.fixes.redacted_file import binary_kind
    from tui.services.files.uploads import open_file, unreadable

    try:
        with open_file(Path(path)) as file:
            return binary_kind(file.read(_HEAD))
    except OSError as error:
        raise unreadable(Path(path), error) from error


async def _verdict(path: str) -> FileVerdict:
    from tui.services.checks.file_verdict import verdict_of

    line = StatusLine()

    def tell(done: int, of: int) -> None:
        line.put(f"checking {path}: {done * 100 // max(of, 1)} %")

    try:
        return await verdict_of(Path(path), tell)
    finally:
        line.end()


def _check_secrets(path: str, found: Counter[str], out: Output, *, sent: bool) -> None:
    from tui.core.fixes.gate import secret_words

    if not found:
        return
    text = f"{path} holds secrets: {secret_words(found)}"
    if sent:
        out.note(f"warning: {text}")
        return
    raise NeedsConfirmation(
        "Not sent",
        text,
        "Take them out with `finetui redact`, or add --accept secrets to send them.",
    )
