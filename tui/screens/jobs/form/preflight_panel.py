"""The pre-flight panel of the form: what creating the job would do, and concerns."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from tui.services.jobs.preflight import LEVELS

if TYPE_CHECKING:
    from tui.services.jobs.preflight import Level, Part, Preflight

_STYLES: dict[Level, str] = {
    "ok": "", "note": "", "ask": "bold yellow", "block": "bold red", "wait": "dim",
}  # fmt: skip
_INDENT = 10


class PreflightPanel(Static):
    """Shows a pre-flight as it fills in; what does not fit is cut, what is wrong comes whole."""

    DEFAULT_CSS = """
    PreflightPanel { height: auto; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self._found: Preflight | None = None
        self._remark = ""

    def show(self, found: Preflight | None, remark: str = "") -> None:
        """Show a pre-flight, or nothing; `remark` is a line of its own below."""
        self._found, self._remark = found, remark
        self._paint()

    def on_resize(self) -> None:
        """Wrap again."""
        self._paint()

    def _paint(self) -> None:
        if self._found is None:
            self.update("")
            return
        low = self.app.size.height < 24
        width = max(self.size.width or 76, 30)
        lines = [line for part in self._found.parts for line in part_lines(part, width, low)]
        if self._remark:
            lines.append(Text(f"! {self._remark}", style=_STYLES["ask"]))
        self.update(Text("\n").join(lines))

    @property
    def text(self) -> str:
        """What it says, for tests and for copying."""
        return str(self.content)


def part_lines(part: Part, width: int, low: bool = False) -> list[Text]:
    """Return a part as lines of at most `width` cells; with `low` only what one must see."""
    if low and part.level in {"ok", "wait"} and part.topic not in {"data", "cost"}:
        return []
    most = 1 if low or part.level == "wait" else 3 if part.level in {"ask", "block"} else 2
    room = width - _INDENT
    said = wrap(part.text or "…", room, max_lines=most, placeholder=" …") or ["…"]
    first = Text(f"{LEVELS[part.level]} {part.topic:<{_INDENT - 2}}", style=_STYLES[part.level])
    first.append(said[0], style="dim" if part.level == "wait" else "not bold")
    rest = [Text(" " * _INDENT + line) for line in said[1:]]
    return [first, *rest]
