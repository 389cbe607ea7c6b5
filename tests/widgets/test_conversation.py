"""Conversations: wrapped, safe, with a cursor on messages."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tui.widgets.conversation import SHOWN, Conversation, Turn


class TalkApp(App[None]):
    def __init__(self, turns: list[Turn]) -> None:
        super().__init__()
        self.turns = turns

    def compose(self) -> ComposeResult:
        yield Conversation(empty="no messages")

    def on_mount(self) -> None:
        self.query_one(Conversation).show(self.turns)
        self.query_one(Conversation).focus()

    def text(self) -> list[str]:
        talk = self.query_one(Conversation)
        return [talk.render_line(y).text.rstrip() for y in range(talk.size.height)]


async def test_messages_are_wrapped_and_control_characters_shown() -> None:
    app = TalkApp(
        [Turn("user", "word " * 20, "not [red]markup[/red]"), Turn("assistant", "\x1b[2J")]
    )
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        text = app.text()
        assert text[0] == "▌ user  not [red]markup[/red]"
        assert all(len(line) <= 40 for line in text)
        assert "│ ␛[2J" in text


async def test_the_cursor_goes_from_message_to_message() -> None:
    app = TalkApp([Turn("user", f"question {i}") for i in range(9)])
    async with app.run_test(size=(40, 9)) as pilot:
        talk = app.query_one(Conversation)
        for expected in range(1, 9):
            await pilot.press("down")
            assert talk.cursor == expected
            assert f"▌ question {expected}" in app.text()
        await pilot.press("down")
        assert talk.cursor == 8


async def test_a_message_taller_than_the_view_is_scrolled_through() -> None:
    app = TalkApp([Turn("user", "\n".join(map(str, range(60)))), Turn("assistant", "end")])
    async with app.run_test(size=(40, 10)) as pilot:
        talk = app.query_one(Conversation)
        presses = 0
        while talk.cursor == 0:
            await pilot.press("down")
            presses += 1
            assert presses < 60
        assert "▌ end" in app.text()


async def test_a_huge_message_is_cut_with_a_note() -> None:
    app = TalkApp([Turn("user", "x" * 10_000_000)])
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        talk = app.query_one(Conversation)
        last = talk.render_line(talk.virtual_size.height - 2 - talk.scroll_offset.y).text
        assert last.split() == ["▌", "…", f"{10_000_000 - SHOWN:,}", "characters", "more"]


async def test_a_growing_answer_keeps_the_end_in_view() -> None:
    app = TalkApp([Turn("user", "q"), Turn("assistant", "")])
    async with app.run_test(size=(40, 8)) as pilot:
        talk = app.query_one(Conversation)
        for count in range(1, 30):
            talk.update_last(Turn("assistant", "\n".join(f"line {i}" for i in range(count))))
            await pilot.pause()
        assert any("line 28" in line for line in app.text())
