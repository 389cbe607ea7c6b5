"""What all dialogs share: their keys are told by the line at the foot, help and palette alike."""

from __future__ import annotations

import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from textual.widgets import Input, Static

from tests.until import on_screen, strips_of, until
from tui.app import FinetuiApp
from tui.commands import COMMANDS, MODES, commands_for
from tui.core.formats import ConvertedRows, DroppedRow
from tui.screens.base import ModeScreen
from tui.screens.datasets.fixing.preview import BeforeAfter
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm, GoOn, TypedConfirm
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.dialogs.help import HelpDialog, KeyTable
from tui.screens.dialogs.path import PathDialog
from tui.screens.jobs.form.dialog import NewJob
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.reading_scroll import ReadingScroll
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.screens.dialogs.base import Dialog

KEPT = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'


@asynccontextmanager
async def shown(dialog: Dialog[Any]) -> AsyncIterator[tuple[Pilot[Any], list[Any]]]:
    answers: list[Any] = []
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        app.push_screen(dialog, answers.append)
        await until(lambda: app.screen is dialog, pilot)
        await pilot.pause()
        yield pilot, answers


def key_line(dialog: Dialog[Any]) -> str:
    return dialog.query_one(KeyHints).render().plain


def help_keys(screen: HelpDialog) -> list[str]:
    tables = [one.content for one in screen.query(Static) if isinstance(one.content, KeyTable)]
    return [key for table in tables for key, _ in table.rows]


def titles(screen: object) -> list[str]:
    assert isinstance(screen, Choose)
    return [choice.title for choice in screen.listed]


async def test_the_line_of_keys_says_what_they_do_here(app_home: Path) -> None:
    """Also the palette of the mode below, which lists no command of a dialog."""
    lines: dict[Dialog[Any], str] = {
        Confirm("Ask", "Really?", "replace"): "y or enter replace · n or esc no",
        GoOn("Ask", "Really?", "spends", "goes back"): "y spends · enter, n or esc goes back",
        TypedConfirm("Ask", "Gone.", "delete"): "enter goes on · esc leaves everything as it is",
        Choose("Which", [Choice(1, "one")]): "↑ ↓ move · enter chooses · esc cancels",
        PathDialog("Open"): "↑ ↓ move · tab completes · enter opens · esc cancels",
        PathDialog("Write", must_exist=False): "tab completes · enter writes · esc cancels",
    }
    first, *others = lines
    async with shown(first) as (pilot, _):
        app = pilot.app
        assert key_line(first) == lines[first]
        await pilot.press("escape")
        for dialog in others:
            app.push_screen(dialog)
            await until(lambda dialog=dialog: app.screen is dialog, pilot)
            assert key_line(dialog) == lines[dialog]
            await pilot.press("escape")
            await until(lambda dialog=dialog: app.screen is not dialog, pilot)
        # Help of a dialog lists its keys, and comes back to it.
        path = PathDialog("Open")
        answers: list[Any] = []
        app.push_screen(path, answers.append)
        await until(lambda: app.screen is path, pilot)
        await pilot.press("a", "f1")
        screen = app.screen
        assert isinstance(screen, HelpDialog)
        keys = help_keys(screen)
        offered = [*commands_for("path"), *commands_for("picker"), *commands_for("dialog")]
        assert keys[: len(offered)] == [one.key_label for one in offered]
        # `?` and `q` are letters in the field.
        assert keys[len(offered) :] == ["F1", "ctrl+p", "ctrl+q", "ctrl+c"]
        await pilot.press("f1")
        assert app.screen is path
        assert path.query_one(Input).value == "a"
        assert answers == []
        await pilot.press("escape")
        await until(lambda: app.screen is not path, pilot)
        await pilot.press("ctrl+p")
        told = set(titles(app.screen))
        assert {"Open", "Jobs: New job", "Suspend"} <= told
        assert not told & {"Yes", "Dialog: Close", "Confirm: Yes"}


async def test_titles_keys_and_remarks_stand_in_columns(app_home: Path) -> None:
    long = "A title that is wider than its share of the width"
    choices = [
        Choice(1, "Pear", "a fruit", "o"),
        Choice(2, "日本語", "wide ones", "ctrl+o"),
        Choice(3, "Job: tickets", "without a key"),
        Choice(4, long, "stands over", "x"),
    ]
    async with shown(Choose("What?", choices)) as (pilot, _):
        lines = [one.text for one in strips_of(pilot.app.screen)]

        def column(text: str) -> int:
            [line] = [line for line in lines if text in line]
            return cell_len(line[: line.index(text)])

        assert column("ctrl+o") == column("Pear") + len("Job: tickets  ")
        assert column("a fruit") == column("wide ones") == column("without a key")
        assert column("a fruit") == column("ctrl+o") + len("ctrl+o  ")
        assert any(f"{long}  x  stands over" in line for line in lines)
        listing = pilot.app.screen.query_one(RecordList)
        assert listing.size.height == len(choices), "no more rows than there are choices"
        await pilot.press(*"pear")  # typing moves no column, and no line
        await until(lambda: "日本語" not in on_screen(pilot.app), pilot)
        lines = [one.text for one in strips_of(pilot.app.screen)]
        assert column("a fruit") == column("Pear") + len("Job: tickets  ctrl+o  ")
        assert listing.size.height == len(choices)


async def test_what_is_called_as_typed_comes_before_what_only_mentions_it(app_home: Path) -> None:
    choices = [
        Choice(1, "Ask a dataset", "ask every prompt, and measure"),
        Choice(2, "The next measure", "show it"),
        Choice(3, "Measure back", "show it"),
        Choice(4, "Measure", "show it"),
        Choice(5, "Other", "a Measure"),
    ]
    async with shown(Choose("What?", choices)) as (pilot, answers):
        dialog: Any = pilot.app.screen
        await pilot.press(*"meas")
        await until(lambda: [c.value for c in dialog.listed] == [3, 4, 2, 1, 5], pilot)
        await pilot.press(*"ure")
        await until(lambda: [c.value for c in dialog.listed] == [4, 3, 2, 1, 5], pilot)
        await pilot.press("enter")
        await until(lambda: answers == [4], pilot)


async def test_the_palette_over_a_dialog_gives_its_commands(app_home: Path) -> None:
    async with shown(Confirm("Ask", "Really?")) as (pilot, answers):
        await pilot.press("ctrl+p")
        assert titles(pilot.app.screen) == ["Yes", "No", "Close", "Help", "Quit", "How to quit"]
        await pilot.press("ctrl+p")  # not another above it
        assert titles(pilot.app.screen) == ["Yes", "No", "Close", "Help", "Quit", "How to quit"]
        await pilot.press(*"do not", "enter")
        await until(lambda: answers == [False], pilot)


async def test_what_a_dialog_does_not_offer_has_no_key_in_it(app_home: Path) -> None:
    """A preview has only the ways on that it was given; the list of losses only with a loss."""
    ways = (("write", "to a file"), ("format", "another format"))
    whole = ConversionPreview("Export", ["1 row"], ConvertedRows((KEPT,), ()), ways)
    async with shown(whole) as (pilot, answers):
        line = "enter to a file · f another format · tab looks further · esc leaves"
        assert key_line(whole) == line
        await pilot.press("a", "r", "c", "w")
        assert pilot.app.screen is whole
        await pilot.press("f")
        await until(lambda: answers == ["format"], pilot)
    lossy = ConvertedRows((KEPT,), (DroppedRow(2, "no answer", "{}"),))
    async with shown(dialog := ConversionPreview("Export", [], lossy, ways)) as (pilot, _):
        assert "w writes a list of what is lost" in key_line(dialog)
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpDialog)
        assert {"w", "f", "n"} <= set(help_keys(pilot.app.screen))
        assert not {"a", "r", "c"} & set(help_keys(pilot.app.screen))
        assert help_keys(pilot.app.screen).count("enter") == 1  # going on, which hides choosing


async def test_help_in_a_field_lists_its_keys_too(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for keys, focused, places in (
            (("s", "slash"), "ExampleFilter", ("datasets", "filter", "lists", "focus")),
            (("escape", "4"), "Prompt", ("chat", "prompt", "focus")),
        ):
            for key in keys:
                await pilot.press(key)
                if key == "s":
                    await until(lambda: getattr(app.screen, "document", None), pilot)
            await until(lambda wanted=focused: type(app.focused).__name__ == wanted, pilot)
            await pilot.press("f1")
            await until(lambda: isinstance(app.screen, HelpDialog), pilot)
            told = [one.key_label for place in places for one in commands_for(place)]
            # What works everywhere: without the keys that only type here, where it has others.
            everywhere = [(one, one.outside_text()) for one in commands_for("app")]
            told += [(inside if inside.keys else one).key_label for one, inside in everywhere]
            assert isinstance(app.screen, HelpDialog)
            assert help_keys(app.screen) == told
            assert {"F1", "ctrl+c"} <= set(told)
            await pilot.press("escape")
            await until(lambda: not isinstance(app.screen, HelpDialog), pilot)


async def test_each_command_of_a_mode_and_of_the_form_finds_its_handler(app_home: Path) -> None:
    """The screens as they are composed, with the panes and controllers that they have added."""
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for _, mode, _ in MODES:
            app.show_mode(mode)
            await until(lambda mode=mode: app.current_mode == mode and app.screen.is_mounted, pilot)
            screen = app.screen
            assert isinstance(screen, ModeScreen)
            assert {one.id for one in commands_for(mode)} <= set(screen.dispatcher)
        app.show_mode("jobs")
        await until(lambda: app.current_mode == "jobs", pilot)
        await pilot.press("n")
        await until(lambda: isinstance(app.screen, NewJob), pilot)
        assert isinstance(app.screen, NewJob)
        told = {one.id for where in ("job_form", "form", "dialog") for one in commands_for(where)}
        assert told <= set(app.screen.dispatcher)
        line = "↑ ↓  ctrl+s creates  ctrl+t presets  ctrl+o uploaded files  esc cancels"
        assert key_line(app.screen) == line  # with blanks for dots: 80 columns have no more


@pytest.mark.parametrize("width", [16, 22, 30, 80, 130])
def test_help_loses_no_word_at_any_width(width: int) -> None:
    commands, written = commands_for("datasets"), io.StringIO()
    Console(width=width, file=written, color_system=None).print(KeyTable(commands, None))
    assert max(map(cell_len, written.getvalue().splitlines())) <= width
    told = [f"{one.key_label}{one.title}.{one.hint}" for one in commands]
    assert "".join(written.getvalue().split()) == "".join("".join(told).split())


@pytest.mark.parametrize(
    ("dialog", "line", "keys"),
    [
        (Confirm, "y or enter does · n or esc leaves", {"y": True, "enter": True, "n": False}),
        (GoOn, "y does · enter, n or esc leaves", {"y": True, "enter": False, "n": False}),
        (BeforeAfter, "enter or y does · n or esc leaves it", {"y": True, "enter": True}),
    ],
)
async def test_a_question_tells_every_key_that_answers_it(
    app_home: Path, dialog: Any, line: str, keys: dict[str, bool]
) -> None:
    for key, answer in {**keys, "escape": None}.items():
        asked = dialog("Ask", [] if dialog is BeforeAfter else "Really?", *_MORE[dialog])
        async with shown(asked) as (pilot, answers):
            assert key_line(asked).startswith(line)
            await pilot.press(key)
            await until(lambda answers=answers: answers, pilot)
            assert answers == [answer]


_MORE: dict[Any, tuple[Any, ...]] = {
    Confirm: ("does", "leaves"),
    GoOn: ("does", "leaves"),
    BeforeAfter: ([], "does"),
}


async def test_a_question_tells_what_esc_does_where_it_is_neither_yes_nor_no(
    app_home: Path,
) -> None:
    lines = {
        ("does", "does not", "leaves both"): "y or enter does · n does not · esc leaves both",
        ("goes back", "sends", "goes back"): "y, enter or esc goes back · n sends",
        ("back", "back", ""): "y, enter, n or esc back",
    }
    for (yes, no, leaves), line in lines.items():
        dialog = Confirm("Ask", "Really?", yes, no, leaves)
        async with shown(dialog):
            assert key_line(dialog) == line


def test_commands_that_answer_tell_all_their_keys() -> None:
    """A key that says yes, or sends a form off, and stands in no line takes people by surprise."""
    silent = [
        one.id
        for one in COMMANDS
        if one.name in {"yes", "no", "take", "go_on", "preview"}
        and len(one.labels) > 1
        and not one.answers
    ]
    assert silent == []


def top_of(scrolled: ReadingScroll) -> str:
    """Return the first line that is in view, as it is drawn."""
    region = scrolled.region.shrink(scrolled.gutter)
    return strips_of(scrolled.screen)[region.y].crop(region.x, region.right).text


@pytest.mark.parametrize("size", [(52, 24), (140, 24), (80, 15)])
async def test_what_help_has_at_the_top_stays_there_in_another_width(
    app_home: Path, size: tuple[int, int]
) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 18)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("escape", "f1")
        await until(lambda: isinstance(app.screen, HelpDialog), pilot)
        scrolled = app.screen.query_one(ReadingScroll)

        def top() -> str:
            return top_of(scrolled).strip()

        for _ in range(9):
            await pilot.press("down")
        before = top()
        key = before.split("  ")[0]
        assert key
        await pilot.resize_terminal(*size)
        await until(lambda: top().startswith(key), pilot, seconds=15)
        await pilot.resize_terminal(60, 30)
        await pilot.resize_terminal(80, 18)
        await until(lambda: top() == before, pilot, seconds=15)
        await pilot.press("down")
        await until(lambda: top() != before, pilot, seconds=15)


async def test_details_keep_their_place_in_the_middle_of_a_paragraph(app_home: Path) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    async with shown(DetailsDialog("Long", words)) as (pilot, _):
        scrolled = pilot.app.screen.query_one(ReadingScroll)
        for _ in range(12):
            await pilot.press("down")

        def top() -> list[str]:
            return top_of(scrolled).split()

        first = top()[0]
        assert first != "word0"
        for width in (50, 33, 80):
            await pilot.resize_terminal(width, 24)
            await until(lambda: first in top(), pilot, seconds=15)
