"""Two lines above the conversation: model, parameters and system prompt of the next question."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from tui.core.text.text import one_line


class ChatHeader(Static):
    """The model with its parameters, and the system prompt."""

    DEFAULT_CSS = """
    ChatHeader { height: 2; padding: 0 1 0 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="chat-header")
        self._model, self._kind, self._options = "", "", ""
        self._system, self._origin = "", ""

    def show(self, *, model: str, kind: str, options: str, system: str, origin: str) -> None:
        """Show these; an empty `model` is one not chosen yet, `kind` then says why."""
        now = (model, kind, options, system, origin)
        if now != (self._model, self._kind, self._options, self._system, self._origin):
            self._model, self._kind, self._options, self._system, self._origin = now
            self._paint()

    def on_resize(self) -> None:
        """Fit the lines to a new width."""
        self._paint()

    def _paint(self) -> None:
        width = max(self.content_size.width, 20)
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append_text(self._model_line(width))
        text.append("\n")
        text.append_text(self._system_line(width))
        self.update(text, layout=False)

    def _model_line(self, width: int) -> Text:
        options = self._options
        if len(self._model) + len(self._kind) + len(options) + 4 > width:
            options = options.replace("temperature", "temp").replace("max tokens", "max")
        kind = f" {self._kind}" if self._kind else ""
        room = max(width - len(options) - len(kind) - 3, 12)
        line = Text.assemble((one_line(self._model or "no model", room), "bold"))
        line.append(kind, style="dim")
        gap = max(width - line.cell_len - len(options), 2)
        line.append(f"{' ' * gap}{options}", style="dim")
        line.truncate(width, overflow="ellipsis")
        return line

    def _system_line(self, width: int) -> Text:
        line = Text("system  ", style="dim")
        origin = f"  ({one_line(self._origin, 40)})" if self._origin else ""
        room = max(width - 8 - len(origin), 12)
        line.append(one_line(self._system, room) if self._system else "none")
        line.append(origin, style="dim")
        line.truncate(width, overflow="ellipsis")
        return line
