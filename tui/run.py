"""Running the app on a terminal, to its exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from tui.app import FinetuiApp
from tui.core.text.text import visible
from tui.terminal.endings import Endings
from tui.tuning import share_the_interpreter

if TYPE_CHECKING:
    from tui.core.chat.start import ChatStart


class ChatFirst(FinetuiApp):
    """The program where `finetui chat` has opened it."""

    DEFAULT_MODE = "chat"


def run(
    path: str | None = None,
    profile: str | None = None,
    chat: ChatStart | None = None,
    *,
    fresh: bool = False,
) -> int:
    """Run the program on a terminal and return its exit code."""
    share_the_interpreter()
    app = (FinetuiApp if chat is None else ChatFirst)(path, profile, chat, fresh=fresh)
    with Endings(app.leaving):
        app.run(mouse=False)  # until the configuration has been read: it may say so
    said = "".join(f"finetui: {visible(line)}\n" for line in app.leaving.last_words)
    # Past the buffer, so that here is noticed where the terminal is gone.
    with contextlib.suppress(OSError):
        os.write(sys.stderr.fileno(), said.encode(sys.stderr.encoding, "backslashreplace"))
    return app.return_code or 0
