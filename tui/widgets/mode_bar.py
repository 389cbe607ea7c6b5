"""The top line: where one is, and the keys to the other places."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class ModeBar(Static):
    """The modes with their keys; the current one stands out by brackets as well as by colour."""

    DEFAULT_CSS = """
    ModeBar { height: 1; background: $panel; color: $text; padding: 0 1; }
    """

    def __init__(self, modes: tuple[tuple[str, str], ...], current: str) -> None:
        text = Text("finetui  ", style="bold", no_wrap=True, overflow="ellipsis")
        for key, title in modes:
            if title == current:
                text.append(f"[{key} {title}]", style="bold reverse")
            else:
                text.append(f" {key} {title} ")
        super().__init__(text)
