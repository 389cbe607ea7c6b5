"""What each screen looks like, as plain text: `FINETUI_LAYOUTS=write pytest …` makes them again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.conftest import use_profile
from tests.screens.slow_provider import slow_provider
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.screens.chat import ChatScreen
from tui.screens.datasets import DatasetsScreen
from tui.screens.dialogs.help import HelpDialog
from tui.screens.dialogs.palette import Palette
from tui.screens.profiles.form import ProfileForm
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

FOLDER = Path(__file__).parent / "layouts"
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "60x20": (60, 20)}
# What is seen on the way through the program, and the keys that lead from one scene to the next;
# a word in brackets is a condition to wait for.
WALKS: dict[str, dict[str, Sequence[str]]] = {
    "lab": {
        "start": [],
        "help": ["f1", "<help>"],
        "palette": ["escape", "ctrl+p", "<palette>"],
        "profiles": ["escape", "f2", "<profiles>"],
        "profile-form": ["ctrl+n", "<form>"],
        "datasets": ["escape", "escape", "s", "<checked>"],
        "problems": ["p"],
        "conversation": ["escape", "enter", "down", "down"],
        "tokens": ["escape", "2", "<counted>"],
    },
    "offline": {
        "jobs-offline": ["3", "<failed>"],
        "models-offline": ["5", "<failed>"],
        "files-offline": ["6", "<failed>"],
        "chat-offline": ["4", "<failed>"],  # at last: there keys are typed
    },
}
DIALOGS = {
    "<help>": HelpDialog,
    "<palette>": Palette,
    "<profiles>": ProfilesDialog,
    "<form>": ProfileForm,
}


def shown(app: FinetuiApp) -> str:
    """Return the text of the screen, ages and folders made constant."""
    return re.sub(r"updated \d\d:\d\d:\d\d", "updated hh:mm:ss", on_screen(app)) + "\n"


async def reach(pilot: Pilot[Any], keys: Sequence[str]) -> None:
    app = pilot.app
    assert isinstance(app, FinetuiApp)
    await until(lambda: app.workspace is not None, pilot)
    for key in keys:
        if key == "<checked>":
            await until(
                lambda: isinstance(app.screen, DatasetsScreen) and app.screen.checks.issues, pilot
            )
        elif key == "<counted>":
            await until(lambda: app.tour.step >= 1, pilot)
        elif key in DIALOGS:  # it may have to ask the ledger or load its module
            await until(lambda kind=DIALOGS[key]: isinstance(app.screen, kind), pilot)
        elif key == "<failed>":
            await until(lambda: "esc closes · y copies" in on_screen(app), pilot)
        else:
            await pilot.press(key)
    await until(lambda: not app.status.work, pilot)
    await pilot.pause()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a home with a profile that nobody answers for."""
    config = tmp_path / "config"
    config.mkdir()
    # An address where nothing listens: port 9 on loopback.
    offline = '[profiles.nowhere]\nbase_url = "http://127.0.0.1:9/v1"\n'
    (config / "config.toml").write_text(offline)
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path))
    monkeypatch.setenv("FINETUI_PLAIN_TIKTOKEN", "1")  # whatever else is installed here
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FINETUI_PROFILE"):
        monkeypatch.delenv(name, raising=False)


# Of this the size tells how far the keys have scrolled: each has an app of its own.
SCROLLED = "conversation"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("walk", WALKS)
async def test_layout(walk: str) -> None:
    app = FinetuiApp(profile="nowhere" if walk == "offline" else None)
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        for scene, keys in WALKS[walk].items():
            await take_size(pilot, "80x24")
            await reach(pilot, keys)
            for name in SIZES if scene != SCROLLED else ():
                await take_size(pilot, name)
                assert_same(shown(app), f"{scene}-{name}.txt")


async def take_size(pilot: Pilot[Any], name: str) -> None:
    """Give the terminal a size, if it has another."""
    if pilot.app.size != SIZES[name]:
        await pilot.resize_terminal(*SIZES[name])
        await pilot.pause()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("size", SIZES)
async def test_layout_of_a_conversation(size: str) -> None:
    app = FinetuiApp()
    async with app.run_test(size=SIZES[size]) as pilot:
        await reach(pilot, ["s", "<checked>", "enter", "down", "down"])
        assert_same(shown(app), f"{SCROLLED}-{size}.txt")


def assert_same(text: str, name: str) -> None:
    """Compare a layout with the one kept, or keep it."""
    expected = FOLDER / name
    if os.environ.get("FINETUI_LAYOUTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8"), name


ANSWER = """\
## Keeping a **fern**

A fern likes *moist* air and `soft` water; see [the guide](https://ferns.example) for more. \
漢字 and cafe\u0301 are as wide as they are.

1. Check the soil
   - with a finger
   - or a sensor
2. Water it:

```python
def water(plant: str, ml: int = 200) -> str:  # a comment that goes past the edge of eighty columns
    return "done" if plant else "nothing"
```

| plant | ml | note |
|:--|--:|:--|
| fern | 200 | likes shade and **moist** air, and is never dry for long or it suffers badly |
| moss | 50 | none |

> Never in full sun.
> It burns.

---

[link](javascript:alert(1)) <b>not bold</b> \x1b[31m

""" + "".join(f"- one more thing, number {n}\n" for n in range(30))


@pytest.mark.parametrize("size", SIZES)
async def test_layout_of_an_answer(size: str, app_home: Path) -> None:
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        app = FinetuiApp()
        async with app.run_test(size=SIZES[size]) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            await pilot.press("4")
            await until(
                lambda: isinstance(app.screen, ChatScreen) and app.screen.models.model, pilot
            )
            await pilot.press(*"Ferns", "enter")
            provider.say(*ANSWER.splitlines(keepends=True))
            provider.finish()
            talk = app.screen.query_one(Conversation)
            await until(lambda: len(talk.turns) == 2 and talk.turns[-1].note, pilot)
            await pilot.press("escape")
            while talk.scroll_offset.y:  # the line with the times stays out of sight
                await pilot.press("pageup")
            await pilot.pause()
            assert_same(shown(app), f"chat-answer-{size}.txt")
