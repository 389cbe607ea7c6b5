"""F2 by keyboard: profiles are added, tested, changed, removed and switched to."""

from __future__ import annotations

import tomllib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, Static

from tests.screens.chatting import chatting
from tests.screens.conftest import use_profile
from tests.until import on_screen, opened, question_of, until
from tui.app import FinetuiApp
from tui.core.text.masking import KEYS
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.editor import LineEditor
from tui.screens.profiles.form import ProfileForm
from tui.screens.profiles.key_dialog import KeyDialog
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.widgets.field import Fold, OneOf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.faults.server import FaultServer

KEY = "sk-typed-in-the-app-0123456789"


@asynccontextmanager
async def running(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[Any], FinetuiApp]]:
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        yield pilot, app


def config(home: Path, text: str) -> None:
    path = home / "config" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def written(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "config" / "config.toml").read_text())


async def at_list(pilot: Pilot[Any], name: str) -> ProfilesDialog:
    """Open the list, or wait for it, and put the cursor on a profile."""
    if not isinstance(pilot.app.screen, ProfilesDialog):
        await pilot.press("f2")
    dialog: ProfilesDialog = await opened(pilot, ProfilesDialog)
    dialog.query_one(Input).value = name
    await until(lambda: dialog.under is not None and dialog.under.name == name, pilot)
    return dialog


def about(dialog: Any) -> str:
    return str(dialog.query_one("#about", Static).content)


async def test_a_newcomer_adds_tests_and_uses_a_provider(
    app_home: Path, server: FaultServer
) -> None:
    config(app_home, '# mine\nnotify = "off"  # quiet\n')
    async with running((80, 24)) as (pilot, app):
        await pilot.press("f2")
        await opened(pilot, ProfilesDialog)
        await pilot.press("ctrl+n")
        form = await opened(pilot, ProfileForm)
        await pilot.press("enter")
        choose = await opened(pilot, Choose)
        choose.query_one(Input).value = "nebius"
        await pilot.press("enter")
        await opened(pilot, ProfileForm)
        assert form.query_one("#name", Input).value == "nebius"
        assert form.query_one("#api_key_env", Input).value == "NEBIUS_API_KEY"
        assert form.query_one("#base_url", Input).value.startswith("https://api.tokenfactory")
        form.query_one("#base_url", Input).value = server.url
        await pilot.press("down", "left", "left")  # from a variable to no key, the other way round
        assert form.query_one("#source", OneOf).value == "typed"
        await pilot.resize_terminal(120, 36)
        await pilot.press("down")
        assert app.focused is not None
        assert app.focused.id == "key"
        await pilot.press(*KEY)
        assert KEY not in on_screen(app)
        await pilot.press("ctrl+t")
        found = form.query_one("#found", Static)
        await until(lambda: "fine-tuning" in str(found.content), pilot)
        assert "…6789" in str(found.content)
        assert {seen.method for seen in server.seen} == {"GET"}
        assert not app.workspace or "nebius" not in app.workspace.profiles.names
        await pilot.press("ctrl+s")
        await at_list(pilot, "nebius")
        assert "…6789" in on_screen(app)
        await pilot.press("enter")
        await until(lambda: app.workspace and app.workspace.profile.name == "nebius", pilot)
        await pilot.press("3")
        await until(lambda: len(server.seen) > 3, pilot)
        assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {KEY}"}
    assert written(app_home)["profiles"] == {
        "nebius": {"kind": "nebius", "base_url": server.url, "key_ask": True}
    }
    text = (app_home / "config" / "config.toml").read_text()
    assert text.startswith('# mine\nnotify = "off"  # quiet\n')
    files = [path for path in app_home.rglob("*") if path.is_file()]
    assert all(KEY.encode() not in path.read_bytes() for path in files)


async def test_a_missing_key_is_asked_for_and_shown_by_its_end(
    app_home: Path, server: FaultServer
) -> None:
    config(app_home, f'[profiles.far]\nbase_url = "{server.url}"\napi_key_env = "NOT_SET"\n')
    async with running() as (pilot, app):
        dialog = await at_list(pilot, "far")
        assert "NOT_SET is empty" in about(dialog)
        await pilot.press("enter")
        await opened(pilot, KeyDialog)
        await pilot.press("enter")
        assert "nothing is typed" in on_screen(app)
        await pilot.press(*KEY, "ctrl+a", "ctrl+c")
        assert KEY not in app.clipboard
        await pilot.press("enter")
        await until(lambda: app.workspace and app.workspace.profile.name == "far", pilot)
        await at_list(pilot, "far")
        assert "key …6789" in on_screen(app)
        assert KEY not in on_screen(app)
    assert KEYS.mask(KEY) != KEY


async def test_a_key_that_is_typed_for_each_run_is_asked_for_at_the_start(
    app_home: Path, server: FaultServer
) -> None:
    text = f'default_profile = "far"\n[profiles.far]\nbase_url = "{server.url}"\nkey_ask = true\n'
    config(app_home, text)
    async with running() as (pilot, app):
        await opened(pilot, KeyDialog)
        await pilot.press(*KEY, "enter")
        await until(lambda: app.workspace and app.workspace.profile.api_key == KEY, pilot)
        await pilot.press("3")
        await until(lambda: server.seen, pilot)
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_profile_is_tested_in_the_list(app_home: Path, server: FaultServer) -> None:
    use_profile(app_home, server.url)
    async with running() as (pilot, app):
        dialog = await at_list(pilot, "test")
        assert "not asked yet" in about(dialog)
        assert "plain text" in about(dialog)
        await pilot.press("ctrl+t")
        await until(lambda: "✓ fine-tuning" in about(dialog), pilot)
        assert {seen.method for seen in server.seen} == {"GET"}
        await pilot.press("escape")
        dialog = await at_list(pilot, "test")
        assert "asked just now" in about(dialog)  # remembered with its age
        # It is removed, and the lab takes its place.
        await pilot.press("ctrl+d")
        assert "Take profile test out" in question_of(await opened(pilot, GoOn))
        await pilot.press("enter")  # the answer is no
        await at_list(pilot, "test")
        await pilot.press("ctrl+d")
        await opened(pilot, GoOn)
        await pilot.press("y")
        await until(lambda: app.workspace and app.workspace.profile.name == "lab", pilot)
        assert app.workspace is not None
        assert app.workspace.profiles.names == ("lab",)
    assert written(app_home) == {}


async def test_what_is_changed_counts_at_once_and_comments_stay(
    app_home: Path, server: FaultServer
) -> None:
    config(
        app_home,
        'default_profile = "far"\n# the far one\n[profiles.far]\n'
        f'base_url = "{server.url}"  # moved\n\n# the end\n',
    )
    async with running() as (pilot, app):
        await at_list(pilot, "far")
        await pilot.press("ctrl+e")
        form = await opened(pilot, ProfileForm)
        form.query_one("#read_only", Input).value = "maybe"
        await pilot.press("ctrl+s")
        await until(lambda: "true or false" in on_screen(app), pilot)
        assert app.screen is form  # nothing typed is lost
        form.query_one("#read_only", Input).value = "true"
        await pilot.press("ctrl+s")
        await opened(pilot, ProfilesDialog)
        assert app.workspace is not None
        assert app.workspace.profile.read_only
    text = (app_home / "config" / "config.toml").read_text()
    assert text == (
        'default_profile = "far"\n# the far one\n[profiles.far]\n'
        f'base_url = "{server.url}"  # moved\nread_only = true\n\n# the end\n'
    )


async def test_azures_management_is_typed_and_no_other_provider_is_asked_for_it(
    app_home: Path,
) -> None:
    config(
        app_home,
        '[profiles.az]\nkind = "azure"\nbase_url = "https://r.openai.azure.com/openai/v1/"\n'
        'key_command = ["az", "get token"]\n'
        '[profiles.other]\nkind = "together"\n',
    )
    async with running() as (pilot, app):
        await at_list(pilot, "other")
        await pilot.press("ctrl+e")
        form = await opened(pilot, ProfileForm)
        assert not form.query_one("#management_url", Input).region  # not shown
        assert "Customer" not in on_screen(app)
        await pilot.press("escape")
        await at_list(pilot, "az")
        await pilot.resize_terminal(120, 36)
        await pilot.press("ctrl+e")
        form = await opened(pilot, ProfileForm)
        # The kind of account is asked for where dates differ by it.
        field = form.query_one("#account_kind", Input)
        assert "existing or new" in on_screen(app)
        field.value = "old"
        await pilot.press("ctrl+s")
        await until(lambda: "must be one of: existing, new" in on_screen(app), pilot)
        field.value = "existing"
        assert form.query_one("#key_command", Input).value == "az 'get token'"
        form.query_one(Fold).focus()
        await pilot.press("enter")
        form.query_one("#management_url", Input).value = "https://management.azure.com/r"
        form.query_one("#management_command", Input).value = "az token"
        await pilot.press("ctrl+s")
        await opened(pilot, ProfilesDialog)
    assert written(app_home)["profiles"]["az"] == {
        "kind": "azure",
        "base_url": "https://r.openai.azure.com/openai/v1/",
        "key_command": ["az", "get token"],
        "management_url": "https://management.azure.com/r",
        "management_command": "az token",
        "account_kind": "existing",
    }


async def test_what_the_lab_is_asked_for_and_what_is_typed_is_not_dropped_by_esc_alone(
    app_home: Path,
) -> None:
    async with running() as (pilot, app):
        await pilot.press("f2")
        await opened(pilot, ProfilesDialog)
        await pilot.press("ctrl+n")
        form = await opened(pilot, ProfileForm)
        await pilot.press("ctrl+t")  # too little to ask
        await until(lambda: "It cannot be asked yet" in on_screen(app), pilot)
        assert app.screen is form
        assert "has no base_url" in on_screen(app)
        form.query_one("#name", Input).focus()
        await pilot.press("x", "backspace", "y", "escape")
        await until(lambda: app.screen is not form, pilot)
        await pilot.press("n")
        await until(lambda: app.screen is form, pilot)
        form.query_one("#name", Input).value = ""
        await pilot.press("ctrl+s")
        await until(lambda: "it needs a name" in on_screen(app), pilot)
        form.query_one("#name", Input).value = "y"
        await pilot.press("escape", "y")
        await opened(pilot, ProfilesDialog)
        assert not (app_home / "config" / "config.toml").exists()
        dialog = await at_list(pilot, "lab")
        for key, what in (("ctrl+r", "rename"), ("ctrl+d", "remove")):
            await pilot.press(key)
            await until(lambda what=what: f"Nothing to {what}" in on_screen(app), pilot)
            assert app.screen is dialog
        # The lab is asked for what it takes alone, and the fields are shown at once.
        await pilot.press("ctrl+e")
        form = await opened(pilot, ProfileForm)
        await until(lambda: app.focused is form.query_one("#read_only"), pilot)
        await until(lambda: form.query_one("#read_only").is_on_screen, pilot)
        assert [field.id for field in form.query(Input)] == ["read_only", "budget", "timeout"]
        form.query_one("#budget", Input).value = "5"
        await pilot.press(*"true", "ctrl+s")
        await opened(pilot, ProfilesDialog)
        assert app.workspace is not None
        assert app.workspace.profile.money.budget == 5
    assert written(app_home)["profiles"] == {"lab": {"read_only": True, "budget": 5}}


async def test_what_a_setting_cannot_be_is_said_and_all_that_is_typed_stays(
    app_home: Path,
) -> None:
    config(
        app_home,
        '[profiles.far]\nbase_url = "https://far.example/v1"\nkey_ask = true\n'
        + "".join(
            f'[profiles.p{n}]\nbase_url = "https://{"long" * 9}{n}.example/v1"\n' for n in range(12)
        ),
    )
    async with running((80, 24)) as (pilot, app):
        await pilot.press("f2")
        await opened(pilot, ProfilesDialog)
        for size in ((120, 36), (80, 24)):  # all keys of the list are shown
            await pilot.resize_terminal(*size)
            text = on_screen(app)
            for words in ("enter uses", "ctrl+r renames", "ctrl+d removes", "esc"):
                assert words in text
        for key in ("ctrl+s", "ctrl+t"):
            await at_list(pilot, "far")
            await pilot.press("ctrl+e")
            form = await opened(pilot, ProfileForm)
            form.query_one("#headers", Input).value = "no header"
            await pilot.press(key)
            await until(lambda: "headers is written as NAME: VALUE" in on_screen(app), pilot)
            assert app.screen is form
            assert form.query_one("#headers", Input).value == "no header"
            await pilot.press("escape", "y")
            await opened(pilot, ProfilesDialog)
        # Without a key one stays where one was.
        await at_list(pilot, "far")
        await pilot.press("enter")
        await opened(pilot, KeyDialog)
        await pilot.press("escape")
        again = await opened(pilot, ProfilesDialog)
        assert again.under is not None
        assert again.under.name == "far"
        await pilot.press("escape")
        assert app.workspace is not None
        assert app.workspace.profile.name == "lab"


async def test_the_profile_in_use_gets_another_name_and_keeps_its_jobs(
    app_home: Path, server: FaultServer
) -> None:
    server.new_job({"model": "m", "created_at": 1, "status": "succeeded", "suffix": "fern"})
    use_profile(app_home, server.url)
    async with running() as (pilot, app):
        await pilot.press("3")
        await until(lambda: "fern" in on_screen(app), pilot)
        await at_list(pilot, "test")
        await pilot.press("ctrl+r")
        editor = await opened(pilot, LineEditor)
        editor.query_one(Input).value = "lab"
        await pilot.press("enter")  # refused: it is the provider built in
        await until(lambda: "lab is a name of its own" in on_screen(app), pilot)
        editor.query_one(Input).value = "far"
        await pilot.press("enter")
        await at_list(pilot, "far")
        await until(lambda: app.workspace and app.workspace.profile.name == "far", pilot)
        await pilot.press("escape", "3")
        await until(lambda: "fern" in on_screen(app), pilot)
        assert app.workspace is not None
        kept, _ = await app.workspace.store.seen_jobs.jobs("far")
        assert [one.raw["suffix"] for one in kept] == ["fern"]
        assert await app.workspace.store.seen_jobs.jobs("test") == ([], None)
    assert written(app_home)["default_profile"] == "far"
    assert list(written(app_home)["profiles"]) == ["far"]


async def test_what_is_under_way_is_named_before_a_switch_ends_it(app_home: Path) -> None:
    async with chatting(app_home) as (pilot, screen, provider):
        await pilot.press(*"hello", "enter")
        provider.say("I be")
        await until(lambda: screen.answers.under_way, pilot)
        await at_list(pilot, "lab")
        await pilot.press("enter")
        question = question_of(await opened(pilot, GoOn))
        assert "Still at work with test:\nanswering" in question
        await pilot.press("n")
        await opened(pilot, ProfilesDialog)
        app = pilot.app
        assert isinstance(app, FinetuiApp)
        assert app.workspace is not None
        assert app.workspace.profile.name == "test"
        assert screen.answers.under_way
        await at_list(pilot, "lab")
        await pilot.press("enter")
        await opened(pilot, GoOn)
        await pilot.press("y")
        await until(lambda: app.workspace and app.workspace.profile.name == "lab", pilot)
        await until(lambda: not screen.answers.under_way, pilot)
        provider.finish()


async def test_the_lab_of_another_machine_is_added(app_home: Path) -> None:
    async with running() as (pilot, app):
        await pilot.press("f2")
        await opened(pilot, ProfilesDialog)
        await pilot.press("ctrl+n")
        form = await opened(pilot, ProfileForm)
        await pilot.press("enter")
        choose = await opened(pilot, Choose)
        choose.query_one(Input).value = "another machine"
        await pilot.press("enter")
        await opened(pilot, ProfileForm)
        assert app.focused is not None
        assert app.focused.id == "ssh"
        assert not form.query_one("#source-line").display
        await pilot.press(*"me@gpu-box", "ctrl+s")
        dialog = await at_list(pilot, "gpu")
        assert "the lab of me@gpu-box, through ssh" in about(dialog)
    assert written(app_home)["profiles"] == {"gpu": {"kind": "lab", "ssh": "me@gpu-box"}}
