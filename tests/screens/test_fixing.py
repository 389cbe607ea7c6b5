"""Fixing and working on many examples by keyboard, at both sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static, TextArea

from tests.rows import ANSWER, GOOD, SYSTEM, USER, answer, chat, says
from tests.screens.test_datasets import dataset, listing, running
from tests.until import narrow, question_of, until
from tui.screens.datasets.bulk.form import BulkForm
from tui.screens.datasets.fixing.preview import BeforeAfter
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.widgets.conversation import Conversation
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.screens.datasets import DatasetsScreen

pytestmark = pytest.mark.usefixtures("app_home")

__all__ = ["dataset"]


@pytest.fixture
def flawed(tmp_path: Path) -> Path:
    path = tmp_path / "flawed.jsonl"
    lines = [says(f"Question {n}?") for n in range(12)]
    lines[2] = chat(USER, answer(" spaced "))
    lines[4] = chat(USER, answer("also \n"))
    lines[6] = GOOD[:-1] + b",}"
    lines[8] = says("write to mia@example.com or max@example.com")
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


async def problem(screen: DatasetsScreen, pilot: Pilot[Any], rule: str) -> None:
    """Open the list of problems with the cursor on a rule."""
    await until(lambda: screen.problems.rows.rules, pilot)
    rows = screen.problems.rows
    at = next(n for n in range(len(rows)) if (r := rows.rule_at(n)) and r.id == rule)
    if not screen.query_one("#problems-pane").has_class("-shown"):
        await pilot.press("p")
    listing(screen, "#problems").move_to(at)
    await pilot.pause()


async def dialog(screen: DatasetsScreen, pilot: Pilot[Any], kind: type) -> Any:
    await until(lambda: isinstance(screen.app.screen, kind), pilot)
    await pilot.pause()
    return screen.app.screen


async def test_rules_explain_and_their_fixes_are_seen_before_they_are_done(flawed: Path) -> None:
    async with running(flawed) as (pilot, screen):
        await problem(screen, pilot, "answer-whitespace")
        rows = screen.problems.rows
        at = listing(screen, "#problems").cursor
        opened = len(rows)
        assert rows.is_heading(at)
        assert "2 in 2 examples" in rows.text(at, 80).plain
        detail = str(screen.query_one("#problem-detail").render())
        assert "begin or end with spaces" in detail
        await pilot.press("enter")
        await until(lambda: abs(len(screen.problems.rows) - opened) == 2, pilot)
        await pilot.press("enter")
        await until(lambda: len(screen.problems.rows) == opened, pilot)
        if len(screen.problems.rows) > at + 2:
            listing(screen, "#problems").move_to(at)
        # Spaces that a fix strips are seen in the preview.
        await problem(screen, pilot, "answer-whitespace")
        await pilot.press("F")
        preview = await dialog(screen, pilot, BeforeAfter)
        left, after = (preview.query_one(f"#{side}", Conversation) for side in ("before", "after"))
        await until(lambda: left.turns, pilot)
        assert (left.turns[1].text, after.turns[1].text) == ("·spaced·", "spaced")
        assert left.turns[0] == after.turns[0]
        await pilot.press("right")
        await until(lambda: left.turns[1].text == "also·↵\n", pilot)
        assert after.turns[1].text == "also"
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        # A slow terminal shows it before the examples: it has no word that is not true.
        blank = BeforeAfter("Fix", [], [])
        await pilot.app.push_screen(blank)
        await pilot.pause()
        assert not blank.query_one("#before", Conversation).render_line(0).text.strip()
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        # Secrets are redacted, under undo.
        document = screen.document
        await problem(screen, pilot, "personal-email")
        if screen.problems.rows.is_heading(at := listing(screen, "#problems").cursor):
            if not screen.problems.rows.is_open("personal-email"):
                await pilot.press("enter")
                await until(lambda: screen.problems.rows.is_open("personal-email"), pilot)
            listing(screen, "#problems").move_to(at + 1)
            await pilot.pause()
        detail = str(screen.query_one("#problem-detail").render())
        assert detail.count("Replace it by a placeholder") == 1, "what to do is said once"
        await pilot.press("F")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("y")
        await until(lambda: b"[EMAIL] or [EMAIL]" in document.line(8), pilot)
        await pilot.press("u")
        await until(lambda: b"mia@example.com" in document.line(8), pilot)


async def test_jump_fix_undo_fix_all_save(flawed: Path) -> None:
    before = flawed.read_bytes().split(b"\n")
    async with running(flawed, (80, 24)) as (pilot, screen):
        document = screen.document
        await problem(screen, pilot, "trailing-comma")
        await pilot.press("enter")
        assert screen.context.selection.position == 6
        await pilot.press("f")
        preview = await dialog(screen, pilot, BeforeAfter)
        # What is wrong, without the keys of the list: they do nothing here.
        assert preview.query_one("#before", Conversation).turns[0].remark.startswith("not JSON: ")
        assert preview.query_one("#after", Conversation).turns[0].role == "user"
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        assert not document.modified
        await pilot.resize_terminal(120, 36)
        await pilot.press("f")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("enter")
        await until(lambda: document.line(6) == GOOD, pilot)
        await pilot.press("u")
        await until(lambda: document.line(6) == before[6], pilot)
        await problem(screen, pilot, "answer-whitespace")
        await pilot.press("F")
        preview = await dialog(screen, pilot, BeforeAfter)
        await pilot.press("right", "tab", "enter")
        await until(lambda: document.line(4) == chat(USER, answer("also")), pilot)
        assert document.line(2) == chat(USER, answer("spaced"))
        assert document.changes == 1
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified, pilot)
    after = flawed.read_bytes().split(b"\n")
    assert [n for n in range(len(before)) if before[n] != after[n]] == [2, 4]


async def test_windows_line_ends_and_the_mark_go_in_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "windows.jsonl"
    lines = [says(f"Question {n}?") for n in range(12)]
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    async with running(path) as (pilot, screen):
        await pilot.press("d")  # an edit: its undo has to reach past what follows
        await until(lambda: screen.document.modified, pilot)
        rows = [*screen.document.snapshot()]
        await problem(screen, pilot, "crlf")
        await pilot.press("f")
        await dialog(screen, pilot, Confirm)
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        assert b"\r\n" in path.read_bytes()
        await pilot.press("f")
        await dialog(screen, pilot, Confirm)
        old = screen.document
        await pilot.press("enter")
        await until(
            lambda: screen.document is not old and screen.checks.problems is not None, pilot
        )
        assert path.read_bytes() == b"".join(row + b"\n" for row in rows)
        assert not screen.checks.problems.by_rule.keys() & {"bom", "crlf", "no-final-newline"}
        assert not screen.document.modified
        screen.query_one("#examples").focus()
        await pilot.press("u")
        await until(lambda: [*screen.document.snapshot()] == lines, pilot)


async def test_a_pretty_printed_array_is_repaired_into_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "array.jsonl"
    text = json.dumps([json.loads(GOOD)] * 3, indent=2)
    path.write_text(text)
    async with running(path) as (pilot, screen):
        asked = await dialog(screen, pilot, Confirm)
        assert "not JSONL yet" in question_of(asked)
        await pilot.press("y")
        await until(
            lambda: isinstance(screen.app.screen, Confirm) and screen.app.screen != asked, pilot
        )
        assert "3 examples" in question_of(screen.app.screen)
        await pilot.press("y")
        chooser = await dialog(screen, pilot, PathDialog)
        assert chooser.query_one(Input).value.endswith("array.repaired.jsonl")
        await pilot.press("enter")
        target = tmp_path / "array.repaired.jsonl"
        await until(lambda: screen.document.path == target and len(screen.document) == 3, pilot)
        assert screen.document.line(2) == GOOD
    assert path.read_text() == text


async def choose(screen: DatasetsScreen, pilot: Pilot[Any], title: str) -> None:
    await pilot.press("b")
    await dialog(screen, pilot, Choose)
    await narrow(pilot, title)


async def test_find_and_replace_system_prompt_shuffle_and_delete(flawed: Path) -> None:
    async with running(flawed) as (pilot, screen):
        # Find and replace, in the marked rows alone.
        document = screen.document
        await pilot.press("space", "space")
        await until(lambda: len(screen.marked) == 2, pilot)
        await choose(screen, pilot, "find")
        form = await dialog(screen, pilot, BulkForm)
        assert "2 marked examples" in str(form.query_one(".question").render())
        await pilot.press("enter")
        assert isinstance(screen.app.screen, BulkForm), "nothing to find yet: the form stays"
        await pilot.press(*"Question", "down", *"Query", "enter")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("enter")
        await until(lambda: document.line(1) == says("Query 1?"), pilot)
        assert document.line(3) == says("Question 3?")
        await pilot.press("u")
        await until(lambda: document.line(1) == says("Question 1?"), pilot)
        await pilot.press("home", "space", "space")
        await until(lambda: not len(screen.marked), pilot)
        await pilot.press("home")
        # A system prompt for all.
        before = [*document.snapshot()]
        await choose(screen, pilot, "system")
        await dialog(screen, pilot, BulkForm)
        await pilot.press("enter")
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        screen.app.focused.text = "You are Fern."
        await pilot.press("ctrl+s")
        preview = await dialog(screen, pilot, BeforeAfter)
        assert "left alone" in str(preview.query_one(".facts", Static).content)
        await pilot.press("enter")
        await until(lambda: document.line(0).startswith(chat(SYSTEM)[:-2]), pilot)
        await pilot.press("u")
        await until(lambda: [*document.snapshot()] == before, pilot)
        await choose(screen, pilot, "shuffle")
        await dialog(screen, pilot, BulkForm)
        await pilot.press("enter")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("enter")
        await until(lambda: document.modified, pilot)
        assert sorted(document.snapshot()) == sorted(before)
        assert not document.unsaved(0)
        await pilot.press("u")
        await until(lambda: [*document.snapshot()] == before, pilot)
        await pilot.press("space")
        await until(lambda: len(screen.marked) == 1, pilot)
        await choose(screen, pilot, "delete")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("enter")
        await until(lambda: len(document) == 11, pilot)
    assert ANSWER


async def test_severities_are_those_of_the_profiles_provider(tmp_path: Path) -> None:
    config = tmp_path / "home" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[profiles.azure]\nbase_url = "https://x.openai.azure.com/openai/v1/"\napi_key = "k"\n'
    )
    path = tmp_path / "marked.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + b"\n".join(says(f"Question {n}?") for n in range(60)) + b"\n"
    )
    async with running(path) as (pilot, screen):
        app = screen.app
        await until(lambda: screen.checks.severities()["error"] == 1, pilot)
        assert screen.checks.worst_at(0) == "error"
        await pilot.press("f2")
        await dialog(screen, pilot, ProfilesDialog)
        await narrow(pilot, "azure")
        await until(lambda: app.workspace.profile.name == "azure", pilot)
        await until(lambda: screen.checks.severities()["error"] == 0, pilot)
        assert screen.checks.worst_at(0) == "info"
        assert "Azure OpenAI takes it" in screen.problems.rows.text(0, 100).plain
        assert "✗" not in screen.problems.rows.text(0, 100).plain
        await pilot.press("f2")
        await dialog(screen, pilot, ProfilesDialog)
        await narrow(pilot, "lab")
        await until(lambda: screen.checks.severities()["error"] == 1, pilot)


async def test_a_rule_says_whether_its_fix_knows_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "roles.jsonl"
    roles = ["human", "robot", "alien", "Human"]
    path.write_bytes(b"\n".join(GOOD.replace(b'"user"', f'"{r}"'.encode()) for r in roles) + b"\n")
    async with running(path) as (pilot, screen):
        await problem(screen, pilot, "role-unknown")
        rows, at = screen.problems.rows, listing(screen, "#problems").cursor
        assert "F fixes what it can" in rows.text(at, 80).plain
        issues = [rows.first_issue("role-unknown", n) for n in range(1, 5)]
        assert [one.fixable for one in issues if one] == [True, False, False, True]
        count = len(rows)
        await pilot.press("enter")
        await until(lambda: len(screen.problems.rows) != count, pilot)
        await problem(screen, pilot, "role-unknown")
        at = listing(screen, "#problems").cursor
        if not screen.problems.rows.is_open("role-unknown"):
            await pilot.press("enter")
            await until(lambda: screen.problems.rows.is_open("role-unknown"), pilot)
        listing(screen, "#problems").move_to(at + 1)
        await pilot.pause()
        assert "f fixes it" in str(screen.query_one("#problem-detail").render())
        listing(screen, "#problems").move_to(at + 2)
        await pilot.pause()
        assert "f fixes it" not in str(screen.query_one("#problem-detail").render())
    path.write_bytes(
        GOOD.replace(b'"user"', b'"robot"') + b"\n" + says("b").replace(b'"user"', b'"x"')
    )
    async with running(path) as (pilot, screen):
        await problem(screen, pilot, "role-unknown")
        at = listing(screen, "#problems").cursor
        assert screen.problems.rows.text(at, 80).plain.endswith(" · by hand")
        await pilot.press("f")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert "choose one" in panel.failure.cause
        assert "which role is meant" in panel.failure.cause
        assert not screen.document.modified


async def test_what_is_said_of_a_problem_ends_in_sight_at_80_columns(tmp_path: Path) -> None:
    path = tmp_path / "role.jsonl"
    path.write_bytes(GOOD + b"\n" + GOOD.replace(b'"user"', b'"' + b"r" * 300 + b'"') + b"\n")
    async with running(path) as (pilot, screen):
        await problem(screen, pilot, "role-unknown")
        detail = screen.query_one("#problem-detail")
        await until(lambda: "(role-unknown" in str(detail.render()), pilot)
        shown = [detail.render_line(y).text for y in range(detail.outer_size.height)]
        assert " ".join(shown).rstrip().endswith("(role-unknown)"), shown
        assert listing(screen, "#problems").size.height >= 3
