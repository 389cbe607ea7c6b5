"""The dialog of a lineage: a tree, any part of which can be opened."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from textual.app import ComposeResult

    from tui.core.models.lineage import Node, NodeKind

_MARKS: dict[NodeKind, tuple[str, str]] = {
    "dataset": ("≡", "cyan"),
    "file": ("▤", ""),
    "job": ("⚙", "yellow"),
    "checkpoint": ("◇", "dim"),
    "model": ("◆", "green"),
    "deployment": ("▲", "cyan"),
    "chat": ("›", ""),
    "comparison": ("∥", ""),
}
_MOST = 18  # levels that are drawn further in


class LineageDialog(Dialog["Node"]):
    """Answers with what is to be opened. `ask` yields the tree, more of it each time."""

    DEFAULT_CSS = """
    LineageDialog {
        & > .dialog { width: 96%; }
        & RecordList { height: auto; max-height: 16; min-height: 4; }
        &.-middle RecordList { max-height: 12; }
        &.-low RecordList { max-height: 8; }
        & #about { height: auto; max-height: 3; margin: 1 0 0 0; color: $text-muted; }
    }
    """
    WHERE = "lineage"
    CHOSEN = "lineage.open"

    def __init__(
        self, title: str, focus: str, ask: Callable[[], AsyncGenerator[Sequence[Node], None]]
    ) -> None:
        """Begin with the cursor on the node with the id `focus`."""
        super().__init__(title)
        self._focus, self._ask = focus, ask
        self.nodes: Sequence[Node] = ()
        self.complete = False

    def compose_content(self) -> ComposeResult:
        """Lay out the tree and what its cursor is on."""
        yield RecordList(empty="looking …", id="tree")
        yield Static("", id="about", markup=False)
        yield self.key_hints(cancel="closes")

    def on_mount(self) -> None:
        """Look."""
        self.query_one(RecordList).focus()
        start_worker(self, self._look, "list", "read the lineage")

    async def _look(self) -> None:
        async with aclosing(self._ask()) as found:
            async for nodes in found:
                self._show(nodes)
        self.complete = True
        self._show(self.nodes)

    def _show(self, nodes: Sequence[Node]) -> None:
        listing = self.query_one(RecordList)
        under = self._under(listing)
        self.nodes = nodes
        empty = "Nothing is known of where it comes from." if self.complete else "looking …"
        listing.show(len(nodes), self._row, empty=empty)
        at = next((at for at, node in enumerate(nodes) if node.id == under), None)
        if at is not None:
            listing.move_to(at)
        self._about()

    def _under(self, listing: RecordList) -> str:
        """Return the id under the cursor once somebody has moved it, else the one to begin with."""
        if not self.nodes or listing.cursor >= len(self.nodes):
            return self._focus
        return self.nodes[listing.cursor].id

    def _row(self, row: int, width: int) -> Text:
        node = self.nodes[row]
        mark, colour = _MARKS[node.kind]
        text = Text("  " * min(node.depth, _MOST))
        text.append(f"{mark} ", style=colour)
        text.append(f"{node.kind} ", style="dim")
        text.append(one_line(node.words, 300), style="bold" if node.id == self._focus else "")
        if node.again:
            text.append("  (as above)", style="dim")
        text.truncate(width, overflow="ellipsis")
        return text

    def on_record_list_moved(self) -> None:
        """Tell what the cursor is on."""
        self._about()

    def _about(self) -> None:
        listing = self.query_one(RecordList)
        if not self.nodes:
            self.query_one("#about", Static).update("")
            return
        node = self.nodes[min(listing.cursor, len(self.nodes) - 1)]
        more = "" if self.complete else " · looking for more …"
        lines = [
            one_line(f"{node.kind} {node.id}", 300),
            f"{plural(len(self.nodes), 'node')}{more}",
        ]
        self.query_one("#about", Static).update("\n".join(lines))

    @handles("lineage.open")
    def open_it(self) -> None:
        """Answer with what the cursor is on."""
        if self.nodes:
            self.dismiss(self.nodes[self.query_one(RecordList).cursor])
        else:
            self.notify("There is nothing here to go to.", timeout=4)
