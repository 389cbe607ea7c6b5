"""What the status line says: the profile, the provider's state, work, and what costs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.program.running_costs import RunningCosts
from tui.widgets.frame.status_line import Status

if TYPE_CHECKING:
    from tui.program.program_context import ProgramContext

# Work that only reads: nothing is lost when it is not done to its end.
READING = frozenset(
    {
        *("models", "running", "files", "index", "checks", "open", "compare", "tokens", "repair"),
        "filter",
    }
)
# Work that goes on at the provider, and not with another.
_AT_PROVIDER = frozenset({"upload", "download", "create-job", "chat", "compare-ask", "compare-run"})


class Activity:
    """Background work by name, the latest of it in the program's status."""

    def __init__(self, context: ProgramContext) -> None:
        self._context = context
        self._work: dict[str, str] = {}
        self.running = RunningCosts(context, self.show)

    def working(self, name: str, text: str) -> None:
        """Show background work; an empty text ends it."""
        if text:
            self._work[name] = text
        else:
            self._work.pop(name, None)
        self.show()

    def unfinished(self) -> list[str]:
        """Return the work under way that is lost when the program ends."""
        return [text for name, text in self._work.items() if name not in READING]

    def at_provider(self) -> list[str]:
        """Return the work under way that ends with the profile in use."""
        return [text for name, text in self._work.items() if name in _AT_PROVIDER]

    def show(self, *_: object) -> None:
        """Bring the program's status up to date."""
        if (workspace := self._context.workspace) is None:
            return
        profile, provider = workspace.profile, workspace.provider.status
        state = "" if provider in {"idle", "ready"} else provider
        # What would be lost first: checks go on beside it, and say how far they are all the time.
        work = self.unfinished() or list(self._work.values())
        work_now = work[-1] if work else ""
        self._context.program.status = Status(
            profile.name, state, profile.read_only, work_now, self.running.words
        )
