"""Editing in another program: $VISUAL or $EDITOR on a private file that is removed again."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.commands import key_of
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import fine
from tui.services.errors import InputError, disk_words
from tui.services.settings.locations import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.datasets.dataset_context import DatasetContext


def editor_command() -> list[str]:
    """Return the user's editor with its options. Raises InputError when none is set."""
    for name in ("VISUAL", "EDITOR"):
        value = os.environ.get(name, "").strip()
        if not value:
            continue
        try:
            return shlex.split(value)
        except ValueError as error:
            raise InputError(
                "The editor cannot be started", f"${name} is {value!r}: {error}", "Correct it"
            ) from error
    raise InputError(
        "No editor is set",
        "neither $VISUAL nor $EDITOR names a program",
        (
            "Set one before starting, as in export EDITOR=nano; or press "
            f"{key_of('datasets.edit')} to edit here"
        ),
    )


class ExternalEditor:
    """Hands a text to the user's own editor and takes it back."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    async def edit(self, text: str, suffix: str, check: Callable[[str], str] = fine) -> str | None:
        """Return the text as the editor left it, None when it is unchanged or given up.

        A text the check finds wrong is offered for another round. Raises InputError when the
        editor cannot be run or ends with an error; the text is then as it was.
        """
        command = editor_command()
        given = text
        folder = self._context.locations.state / "editing"
        while True:
            edited = self._run_editor(command, private_folder(folder), given, suffix)
            if edited == text:
                return None
            problem = check(edited)
            if not problem:
                return edited
            question = Confirm("Not right yet", problem, "edit it again", "drop what was edited")
            if not await self._context.ask(question):
                return None
            given = edited

    def _run_editor(self, command: list[str], parent: Path, text: str, suffix: str) -> str:
        """Run it on a private file; the program waits for it, as the terminal is the editor's."""
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            path = folder / f"edit{suffix}"
            path.touch(0o600)
            # Halves of surrogate pairs, which JSON can name, come back as they went.
            path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
            self._hand_over([*command, str(path)])
            return read_back(path, text)
        except OSError as error:
            raise InputError(
                "The text could not be handed over",
                disk_words(error, folder),
                f"Free some disk space, or press {key_of('datasets.edit')} to edit it here",
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _hand_over(self, command: list[str]) -> None:
        # The context manager gives the terminal back only on an ordinary end of its body.
        code: int | OSError = 0
        try:
            with self._context.suspended():
                code = _run(command)
        except SuspendNotSupported as error:
            raise InputError(
                "The terminal cannot be handed over",
                "this program does not run on a terminal of its own here",
                (
                    f"Press {key_of('datasets.edit')} to edit here, or "
                    f"{key_of('datasets.raw_menu')} for the raw JSON"
                ),
            ) from error
        if isinstance(code, OSError):
            raise InputError(
                "The editor could not be started",
                f"{command[0]}: {code.strerror or code}",
                "Correct $VISUAL or $EDITOR",
            )
        if code != 0:
            ended = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise InputError(
                "Not taken over",
                f"{Path(command[0]).name} ended with {ended}",
                "Nothing was changed. Leave the editor normally to keep what you write",
            )


def _run(command: list[str]) -> int | OSError:
    # ctrl+c in the editor must not end this program. A handler, unlike SIG_IGN, is not inherited.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - the user's own editor
    except OSError as error:
        return error
    finally:
        signal.signal(signal.SIGINT, before)


def read_back(path: Path, before: str) -> str:
    """Return what the editor has left in the file, `before` being what was put there."""
    try:
        with path.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise InputError(
            "Not taken over", f"the editor has not written UTF-8: {error.reason}", "Save as UTF-8"
        ) from error
    if not before.endswith("\n"):  # editors close the last line of every file, as they do others
        windows = text.endswith("\r\n") and "\r\n" in before
        text = text.removesuffix("\r\n" if windows else "\n")
    return text
