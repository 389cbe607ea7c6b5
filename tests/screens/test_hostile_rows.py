"""Rows of lists, and the dialogs of profiles, made of two thousand hostile texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.text import Text

from tests.faults.conftest import write_config
from tests.home import enter_home
from tests.hostile import HostileServer, Speaker, faults_on, unsafe
from tests.served import served
from tests.until import opened, strips_of, until
from tui.app import FinetuiApp
from tui.core.jobs.jobs import parse_checkpoint, parse_event, parse_job
from tui.core.provider.files import StoredFile
from tui.core.provider.records import parse_file
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.editor import LineEditor
from tui.screens.files.file_rows import about, entry_row, full_text
from tui.screens.jobs.panes.event_rows import checkpoint_row, event_row
from tui.screens.jobs.panes.job_rows import JobLine, job_row
from tui.screens.profiles.form import ProfileForm
from tui.screens.profiles.key_dialog import KeyDialog
from tui.screens.profiles.profile_list import ProfilesDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

COUNT = 2000


def _job(say: Callable[[], str]) -> Text:
    raw = {"id": say(), "model": say(), "suffix": say(), "status": say(), "created_at": 1}
    return job_row(JobLine(parse_job(raw)), 80)


def _event(say: Callable[[], str]) -> Text:
    return event_row(parse_event({"id": "e", "message": say(), "level": say()}), 80)


def _checkpoint(say: Callable[[], str]) -> Text:
    raw = {"id": say(), "step_number": 3, "fine_tuned_model_checkpoint": say()}
    return checkpoint_row(parse_checkpoint(raw), 3, 80)


def _file(say: Callable[[], str]) -> Text:
    raw = {"id": say(), "filename": say(), "purpose": say(), "status": say(), "bytes": 1}
    file = StoredFile(parse_file(raw), source=say(), source_there=True)
    assert not unsafe(full_text(file), "\n\t")  # a page to read, in which tabs are expanded
    return Text("\n").join([entry_row(file, marked=False, width=120), about(file, 120)])


@pytest.mark.parametrize("row", [_job, _event, _checkpoint, _file])
def test_two_thousand_texts_in_a_list_are_only_text(
    row: Callable[[Callable[[], str]], Text],
) -> None:
    speaker = Speaker(21)
    while speaker.spoken < COUNT:
        made = row(speaker.text)
        assert not unsafe(made.plain, "\n"), repr(made.plain)
        assert not any(span.style and "evil" in str(span.style) for span in made.spans)


hostile = served(HostileServer, scope="module")


def _profiles(url: str, count: int) -> str:
    """Return tables whose names are hostile, with keys that are fetched in every way."""
    speaker = Speaker(33)
    sources = (
        "",
        'api_key_env = "NOT_SET"',
        "key_ask = true",
        f"key_command = {_toml('printf ' + repr(speaker.text()) + ' >&2; exit 3')}",
        f"key_keyring = {_toml(speaker.text())}",
    )
    names = [speaker.text(2) for _ in range(count)]
    tables = [
        f'[profiles.{_toml(name)}]\nbase_url = "{url}"\n{sources[n % len(sources)]}\n'
        for n, name in enumerate(names)
    ]
    return "\n".join(tables)


def _toml(text: str) -> str:
    made = "".join(c for c in text if not "\ud800" <= c <= "\udfff")
    return json.dumps(made, ensure_ascii=False).replace("\x7f", "\\u007f")


async def test_profiles_of_hostile_names_at_a_hostile_provider(
    hostile: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_home(monkeypatch, write_config(tmp_path, hostile.url, "timeout = 5"))
    config = next(tmp_path.rglob("config.toml"))
    config.write_text(config.read_text() + "\n" + _profiles(hostile.url, 40), encoding="utf-8")
    app = FinetuiApp()
    async with app.run_test(size=(90, 34), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        seen: list[str] = []

        async def look() -> None:
            await pilot.pause()
            strips = strips_of(app.screen)
            assert not (faults := faults_on(app, strips)), "\n".join(faults)
            seen.append("\n".join(one.text for one in strips))

        async def at_list() -> Any:
            if not isinstance(app.screen, ProfilesDialog):
                await pilot.press("f2")
            return await opened(pilot, ProfilesDialog)

        dialog = await at_list()
        for _ in range(len(app.workspace.profiles.names) if app.workspace else 0):
            await pilot.press("down")
            await look()
        for row in range(-1, -6, -1):  # a key from each source
            dialog = await at_list()
            names = [one.name for one in dialog.profiles]
            listing: Any = dialog.query_one("RecordList")
            listing.move_to(len(names) + row)
            await until(lambda name=names[row], it=dialog: it.under.name == name, pilot)
            await pilot.press("ctrl+t")
            await until(
                lambda name=names[row], it=dialog: "asking" not in it.told.get(name, "asking"),
                pilot,
            )
            await look()
            await _through(pilot, look, names[row])
    assert len({*seen}) > 40


async def _through(pilot: Pilot[Any], look: Callable[[], Any], name: str) -> None:
    """Open what there is for the profile under the cursor, and leave it again."""
    dialogs: dict[str, type[Any]] = {"ctrl+e": ProfileForm, "ctrl+r": LineEditor, "ctrl+d": GoOn}
    for key, kind in dialogs.items():
        dialog: Any = await opened(pilot, ProfilesDialog)
        names = [one.name for one in dialog.profiles]
        dialog.query_one("RecordList").move_to(names.index(name))
        await pilot.press(key)
        await opened(pilot, kind)
        await look()
        if kind is ProfileForm:
            await pilot.press("ctrl+t")
            await look()
        await pilot.press("escape")
    dialog = await opened(pilot, ProfilesDialog)
    if dialog.profiles[names.index(name)].wants_key:
        dialog.query_one("RecordList").move_to(names.index(name))
        await pilot.press("enter")
        await opened(pilot, KeyDialog)
        await look()
        await pilot.press("escape")
        await opened(pilot, ProfilesDialog)
