"""The dialog of one example token by token: boundaries, trained, masked, truncated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.core.text.text import plural, visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.host import host_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.tokens.pieces import ExamplePieces, MessagePieces, Piece

# Shown of a message; of one that is cut, this many before the cut and after it.
_MOST, _BEFORE, _AFTER = 1500, 200, 1500
_EDGE = "│"
_LEGEND = ("│ ends a token", "▌ trained", "░ only read")


def drawn(example: ExamplePieces, *, ids: bool = False) -> Text:
    """Return the example with the end of every token marked, told apart without colour too."""
    text = Text()
    for message in example.messages:
        _message(text, message, ids=ids)
    return text


def heading(example: ExamplePieces) -> str:
    """Return what the example comes to, in a line."""
    total = plural(example.context, "token")
    # So that the numbers of the messages, added up, come to the whole.
    if rest := example.context - sum(m.context for m in example.messages if m.counted):
        total = f"{total}, {rest:,} of them to open the reply"
    parts = [total, f"{example.trained:,} trained"]
    if example.lost:
        limit = example.limit or 0
        parts.append(f"cut at {limit:,}: {example.lost:,} lost, {example.trained_lost:,} trained")
    return " · ".join(parts)


def cut_text(example: ExamplePieces) -> str:
    """Return the very text behind the limit, message by message; empty when nothing is cut."""
    return "\n".join(m.cut_text for m in example.messages if m.counted and m.kept < m.context)


def _message(text: Text, message: MessagePieces, *, ids: bool) -> None:
    mark, style = ("▌", "bold") if message.trained else ("░", "dim")
    what = "trained" if message.trained else "only read" if message.counted else "left out"
    text.append(f"{mark} {visible(message.role)}", style="bold reverse")
    text.append(
        f"  {what} · {plural(message.total, 'token')} + {message.overhead:,} overhead\n",
        style="dim",
    )
    kept = max(0, message.kept - message.overhead)  # content tokens within the limit
    cut = message.counted and message.kept < message.context
    first = kept - _BEFORE if cut and kept > 2 * _BEFORE else 0
    last = kept + _AFTER if cut else first + _MOST
    at = shown = 0
    if first:
        text.append(f"… {plural(first, 'token')} before\n", style="dim italic")
    told_cut = False
    for piece in message.pieces:
        at += len(piece.ids)
        if at <= first:
            continue
        if at > last:
            break
        if cut and at > kept and not told_cut:
            told_cut = True
            lost = message.total - kept
            text.append(
                f"\n▒▒ cut here: {plural(lost, 'token')} of this message are lost ▒▒\n",
                style="bold red",
            )
        _piece(text, piece, "red strike" if told_cut else style, ids=ids)
        shown = at
    if shown < message.total:
        text.append(f"\n… {plural(message.total - shown, 'token')} more", style="dim italic")
    text.append("\n\n")


def _piece(text: Text, piece: Piece, style: str, *, ids: bool) -> None:
    # A line break is shown and made; its token ends behind the mark.
    lines = piece.text.split("\n")
    text.append(visible("⏎".join(lines)) if len(lines) > 1 else visible(piece.text), style=style)
    if ids:
        text.append(f"[{' '.join(map(str, piece.ids))}]", style="dim cyan")
    text.append(_EDGE, style="dim")
    if len(lines) > 1:
        text.append("\n" * (len(lines) - 1))


class PiecesDialog(Dialog[None]):
    """Shows one example token by token, until esc."""

    DEFAULT_CSS = """
    PiecesDialog {
        & > .dialog { width: 100%; height: 100%; max-height: 100%; max-width: 100%; }
        & VerticalScroll { height: 1fr; }
        & #pieces { width: 100%; height: auto; }
    }
    """
    WHERE = "pieces"

    def __init__(self, line: int, example: ExamplePieces) -> None:
        super().__init__(f"Line {line:,} token by token")
        self._example = example
        self._ids = False

    def compose_content(self) -> ComposeResult:
        """Lay out the numbers, the text, and the keys."""
        yield Static(heading(self._example), classes="question", markup=False)
        with VerticalScroll():
            yield Static(drawn(self._example), id="pieces")
        yield self.key_hints(*_LEGEND, up=None, down=None, cancel="")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    @handles("pieces.close")
    def close_pieces(self) -> None:
        """Close the text."""
        self.dismiss(None)

    @handles("pieces.ids")
    def switch_ids(self) -> None:
        """Show or hide the ids of the tokens."""
        self._ids = not self._ids
        self.query_one("#pieces", Static).update(drawn(self._example, ids=self._ids))

    @handles("pieces.copy")
    def copy(self) -> None:
        """Copy the text that is cut, or else the whole text."""
        if text := cut_text(self._example):
            host_of(self).copy_out(text, "The text that is cut")
            return
        whole = ("".join(p.text for p in m.pieces) for m in self._example.messages)
        host_of(self).copy_out("\n\n".join(whole), "The text")
