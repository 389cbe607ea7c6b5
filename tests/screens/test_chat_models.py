"""The list of models to chat with: what each is, what it lacks, and any id typed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer, said, stream
from tests.faults.shapes import CHAT, listing
from tests.screens.chatting import in_chat, in_words, shown, texts
from tests.screens.conftest import use_profile
from tests.until import until
from tui.screens.chat.models.model_choices import choice_of, default_choice
from tui.screens.dialogs.choose import Choose
from tui.services.models.service import ChatChoice

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

FRESH, OLD = "ft:base:org:fresh:B2", "ft:base:org:old:A1"


async def opened(pilot: Pilot[Any]) -> Any:
    await pilot.press("m")
    await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
    return pilot.app.screen


async def test_the_list_says_what_each_model_is_and_lacks(
    app_home: Path, server: FaultServer
) -> None:
    listing(
        server,
        {"id": "base", "created": 1, "shutdown_date": "2020-01-02"},
        {"id": "other", "created": 1},
        {"id": OLD, "created": 1_700_000_000},
        {"id": f"{OLD}:ckpt-step-7", "created": 1_700_000_000},
    )
    server.new_job({
        "status": "succeeded", "model": "base", "fine_tuned_model": FRESH,
        "created_at": int(time.time()) - 90, "finished_at": int(time.time()) - 30,
    })  # fmt: skip
    server.always[CHAT] = stream(said("yes", "stop"))
    use_profile(app_home, server.url)
    async with in_chat((120, 36)) as (pilot, screen):
        assert screen.models.model == OLD  # one that is not ready is not begun with
        await pilot.press("escape")
        dialog = await opened(pilot)
        await until(lambda: "other" in shown(dialog), pilot)
        page = in_words(shown(dialog))
        assert f"{FRESH} fine-tuned · not ready yet" in page
        assert f"{OLD} fine-tuned · retired 2020-01-02" in page
        assert "checkpoint at step 7 · retired 20" in page
        assert "base base · retired 2020-01-02" in page
        assert "recent" not in page
        await pilot.press(*"org/any:free", "enter")  # listed nowhere
        await until(lambda: "org/any:free not listed" in shown(screen), pilot)
        await pilot.press(*"one?", "enter")
        await until(lambda: texts(screen) == ["one?", "yes"] and not screen.answers.under_way)
        await pilot.press("escape")
        dialog = await opened(pilot)
        await pilot.press(*"other", "enter")
        await until(lambda: screen.models.model == "other", pilot)
        await pilot.press(*"two?", "enter")
        await until(lambda: len(texts(screen)) == 4 and not screen.answers.under_way, pilot)
        await pilot.press("escape")
        dialog = await opened(pilot)
        await until(lambda: "other base · recent" in in_words(shown(dialog)), pilot)
        rows = [choice.title for choice in dialog.choices]
        assert rows[:2] == ["other", "org/any:free"]  # asked last first
        assert "org/any:free asked before, not listed" in in_words(shown(dialog))


async def test_ten_thousand_models_narrow_as_one_types(app_home: Path, server: FaultServer) -> None:
    names = [f"org{n % 7}/model-{n}:free" for n in range(10_000)]
    listing(server, *({"id": name} for name in names))
    use_profile(app_home, server.url)
    async with in_chat() as (pilot, screen):
        await until(lambda: screen.models.model in names, pilot)
        await pilot.press("escape")
        dialog = await opened(pilot)
        await until(lambda: len(dialog.choices) == 10_000, pilot)
        await pilot.press(*"model-9876:")
        await until(lambda: len(dialog.listed) == 2, pilot)  # as typed, and the one
        await pilot.press("enter")
        await until(lambda: screen.models.model == f"org{9876 % 7}/model-9876:free", pilot)
        assert "model-9876:free" in shown(screen)


def test_a_model_that_stops_some_day() -> None:
    one = ChatChoice("m", "tuned", "base", None, None, None, until="2027-01-14")
    assert choice_of(one, "2027-01-14").remark == "fine-tuned · stops 2027-01-14"
    assert choice_of(one, "2027-01-15").remark == "fine-tuned · retired 2027-01-14"
    fresh = ChatChoice("n", "tuned", "base", None, None, 9, ready=False)
    assert default_choice([fresh, one]) == one
    assert default_choice([fresh]) == fresh


def test_what_needs_a_deployment_is_not_begun_with() -> None:
    lone = ChatChoice("acme/lone", "tuned", "base", "ft-1", None, 9, needs=True)
    served = ChatChoice("acme/served", "tuned", "base", "ft-2", None, 8)
    endpoint = ChatChoice("acme/pirates", "deployed", "acme/served", None, None, 7)
    base = ChatChoice("base", "base", "base", None, None, 1)
    assert choice_of(lone).remark.startswith("fine-tuned · needs a deployment")
    assert choice_of(endpoint).remark.startswith("deployed · ")
    assert default_choice([lone, served, endpoint, base]) == endpoint
    assert default_choice([lone, base]) == base
