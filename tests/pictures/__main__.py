"""Draw the README's pictures again: the app walks the circle with a lab of its own, all by keys.

`python -m tests.pictures [--size 110x32] [--theme NAME] [--to FOLDER] [MODE …]` writes one SVG a
mode. The sample, the seeds and the lab's models are the same each time; ids and times are not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from textual.widgets import Input

from tests.home import Home
from tests.pictures.svg import picture
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.screens.chat import ChatScreen
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

FOLDER = Path(__file__).parent
LOW = 20  # rows of the pictures of short lists
QUESTION = "Is tap water fine?"


class Walk:
    """Walks the circle and draws what is wanted of it."""

    def __init__(self, pilot: Pilot[Any], folder: Path, wanted: set[str]) -> None:
        self.pilot, self.folder, self.wanted = pilot, folder, wanted
        self.app: FinetuiApp = pilot.app  # type: ignore[assignment]

    async def come(self, condition: Callable[[], object], seconds: float = 60) -> None:
        await until(condition, self.pilot, seconds=seconds)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def draw(self, name: str) -> None:
        """Draw the screen as it is once nothing is under way."""
        if self.wanted and name not in self.wanted:
            return
        await self.come(lambda: not self.app.status.work)
        self.app.clear_notifications()
        await self.pilot.pause()
        drawn = picture(self.app, "finetui")
        (self.folder / f"{name}.svg").write_text(drawn, encoding="utf-8")

    async def go(self) -> None:
        """Go through all modes in the order of the circle."""
        await self.come(lambda: self.app.workspace is not None)
        await self.draw("start")
        await self.press("s")
        await self.come(lambda: self.app.screen.checks.issues)  # type: ignore[attr-defined]
        await self.press("p", "down")
        await self.draw("datasets")
        await self.press("escape", "2")
        await self.come(lambda: self.app.tour.step >= 1)
        await self.press("f3")
        await self.draw("tokens")
        await self.press("3")
        for model, suffix in (("lab-micro", "first-try"), ("lab-small", "fern")):
            await self.train(model, suffix)
        await self.draw("jobs")
        await self.press("c")
        await self.ask()
        await self.draw("chat")
        width, height = self.app.size
        await self.pilot.resize_terminal(width, min(height, LOW))  # there is little to list
        await self.press("escape", "5", "t")
        await self.pilot.pause()
        await self.draw("models")
        await self.press("6")
        await self.pilot.pause()
        await self.draw("files")
        await self.pilot.resize_terminal(width, height)
        await self.press("7")
        await self.compare()
        await self.draw("compare")
        await self.press("ctrl+p")
        await self.come(lambda: isinstance(self.app.screen, Choose))
        await self.draw("palette")

    async def train(self, model: str, suffix: str) -> None:
        """Make a job and wait until it has ended."""
        await self.come(lambda: isinstance(self.app.screen, JobsScreen))
        screen: Any = self.app.screen
        before = len(screen.context.jobs)
        await self.press("n")
        await self.come(lambda: isinstance(self.app.screen, NewJob))
        form = self.app.screen
        await self.come(lambda: form.query_one("#model", Input).value)
        form.query_one("#model", Input).value = model
        form.query_one("#suffix", Input).value = suffix
        await self.pilot.pause()
        await self.draw("form")
        await self.press("ctrl+s")

        def ended() -> bool:
            jobs = screen.context.jobs
            return len(jobs) > before and all(job.status == "succeeded" for job in jobs)

        await self.come(lambda: self.app.screen is screen)
        await self.come(ended, 300)
        await self.come(lambda: "successfully completed" in on_screen(self.app))

    async def ask(self) -> None:
        """Ask the tuned model."""
        await self.come(
            lambda: isinstance(self.app.screen, ChatScreen) and isinstance(self.app.focused, Prompt)
        )
        talk = self.app.screen.query_one(Conversation)
        for question in ("How often should I refill the tank?", QUESTION):
            asked = len(talk.turns)
            await self.press(*question, "enter")
            await self.come(
                lambda asked=asked: len(talk.turns) >= asked + 2 and talk.turns[-1].note
            )

    async def compare(self) -> None:
        """Ask a tuned model and its base a question, and all that the model was trained on."""
        await self.come(lambda: isinstance(self.app.screen, CompareScreen))
        screen: Any = self.app.screen
        await self.come(lambda: screen.context.comparison.columns)
        if not isinstance(self.app.focused, Prompt):
            await self.press("i")
        await self.press(*QUESTION, "enter")
        await self.pilot.pause()
        await self.come(lambda: not screen.asking.under_way)
        await self.press("escape", "e")
        await self.come(lambda: isinstance(self.app.screen, Choose))
        await self.press("enter")
        await self.come(lambda: isinstance(self.app.screen, RunForm))
        await self.press(*"16", "ctrl+s")
        await self.come(lambda: "better on" in on_screen(self.app))
        await self.come(lambda: not screen.running.under_way)


async def walk(folder: Path, size: tuple[int, int], theme: str, wanted: set[str]) -> None:
    """Draw what is wanted (all, if nothing is named)."""
    with tempfile.TemporaryDirectory() as place:
        home = Home(Path(place) / "home")
        environ = {**home.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environ["FINETUI_PLAIN_TIKTOKEN"] = "1"  # whatever else is installed here
        for name in ("NO_COLOR", "TEXTUAL_THEME", "FINETUI_THEME"):
            environ.pop(name, None)
        if theme:
            environ["FINETUI_THEME"] = theme
        with mock.patch.dict(os.environ, environ, clear=True):
            try:
                async with FinetuiApp().run_test(size=size, notifications=True) as pilot:
                    await Walk(pilot, folder, wanted).go()
            finally:
                home.end_lab()


def main() -> None:
    """Read what is wanted, and draw it."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures; all, if none is named")
    parser.add_argument("--size", default="110x32")
    parser.add_argument("--theme", default="")
    parser.add_argument("--to", type=Path, default=FOLDER)
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    args.to.mkdir(parents=True, exist_ok=True)
    asyncio.run(walk(args.to, (width, height), args.theme, set(args.names)))


if __name__ == "__main__":
    main()
