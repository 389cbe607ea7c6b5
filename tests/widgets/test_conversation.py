"""Conversations: wrapped, safe, with a cursor on messages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from textual.app import App, ComposeResult

from tests.until import until
from tui.widgets.conversation import SHOWN, Conversation
from tui.widgets.turn_block import Block, Turn
from tui.widgets.turn_column import AT_ONCE
from tui.widgets.turn_parts import PlainText

if TYPE_CHECKING:
    from tui.widgets.markdown.spans import Line


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
            # The ground of the one chosen ends with it: not the blank line below it.
            text = app.text()
            top = text.index("▌ user")
            assert [line[0] for line in text[top : top + 3]] == ["▌", "▌", "│"]
            grounds = [[*talk.render_line(top + y)][-1].style.bgcolor for y in range(3)]
            assert grounds[0] == grounds[1] != grounds[2]
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


class Clock:
    """Time that goes on when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def streaming(app: TalkApp) -> tuple[Conversation, Clock]:
    talk, clock = app.query_one(Conversation), Clock()
    talk.clock = clock
    return talk, clock


async def test_a_streamed_answer_is_scrolled_a_few_times_a_second_only() -> None:
    app = TalkApp([Turn("user", "q"), Turn("assistant", "", markdown=True)])
    async with app.run_test(size=(40, 8)) as pilot:
        talk, clock = await streaming(app)
        tops, painted = set(), []
        for count in range(1, 31):  # thirty lines in one second
            clock.now += 1 / 30
            turn = Turn("assistant", "\n".join(f"line {i}" for i in range(count)), markdown=True)
            painted.append(talk.stream_last(turn))
            tops.add(talk.scroll_offset.y)
            await pilot.pause()
        assert len(tops) <= 8
        assert not all(painted)
        clock.now += 1
        assert talk.stream_last(turn)  # nothing new, and yet it is scrolled to the end
        assert any("line 29" in line for line in app.text())


async def test_the_end_of_an_answer_is_shown_at_once() -> None:
    app = TalkApp([Turn("user", "q"), Turn("assistant", "", markdown=True)])
    async with app.run_test(size=(40, 8)) as pilot:
        talk, _ = await streaming(app)
        for count in (10, 20):
            talk.stream_last(Turn("assistant", "line\n" * count, markdown=True))
        talk.update_last(Turn("assistant", "line\n" * 20 + "end", note="ended", markdown=True))
        await pilot.pause()
        assert any("ended" in line for line in app.text())


async def test_nothing_moves_for_one_who_has_scrolled_up() -> None:
    text = "\n".join(f"line {i}" for i in range(40))
    app = TalkApp([Turn("user", "q"), Turn("assistant", text, markdown=True)])
    async with app.run_test(size=(40, 10)) as pilot:
        talk, clock = await streaming(app)
        talk.update_last(Turn("assistant", text + "!", markdown=True))
        talk.scroll_end(animate=False, immediate=True)
        await pilot.press("pageup")
        await until(lambda: talk.scroll_offset.y < talk.max_scroll_y, pilot)
        before, at = app.text(), talk.scroll_offset.y
        for count in range(20):
            clock.now += 1
            text += f"\nmore {count}"
            talk.stream_last(Turn("assistant", text, markdown=True))
            await pilot.pause()
        assert (app.text(), talk.scroll_offset.y) == (before, at)
        talk.scroll_end(animate=False, immediate=True)
        clock.now += 1
        talk.stream_last(Turn("assistant", text + "\nlast", markdown=True))
        await pilot.pause()
        assert any("last" in line for line in app.text())


async def test_an_answer_that_takes_long_to_lay_out_leaves_time_for_others() -> None:
    app = TalkApp([Turn("user", "q"), Turn("assistant", "", markdown=True)])
    async with app.run_test(size=(40, 10)):
        talk, clock = await streaming(app)

        def slow() -> float:
            clock.now += 0.05
            return clock.now

        talk.clock = slow
        assert talk.stream_last(Turn("assistant", "a", markdown=True))
        talk.clock = clock
        assert not talk.stream_last(Turn("assistant", "ab", markdown=True))
        clock.now += 0.3
        assert talk.stream_last(Turn("assistant", "ab", markdown=True))


async def test_markdown_is_laid_out_and_shown_raw() -> None:
    app = TalkApp([Turn("user", "**q**"), Turn("assistant", "**a**", markdown=True)])
    async with app.run_test(size=(40, 10)) as pilot:
        talk = app.query_one(Conversation)
        assert {"▌ **q**", "│ a"} <= set(app.text())
        talk.raw = True
        await pilot.pause()
        assert "│ **a**" in app.text()
        talk.raw = False
        assert "│ a" in app.text()


async def test_a_width_that_changes_while_an_answer_comes() -> None:
    text = "some **words** and `code` in a row "
    app = TalkApp([Turn("user", "q"), Turn("assistant", "", markdown=True)])
    async with app.run_test(size=(80, 12)) as pilot:
        talk = app.query_one(Conversation)
        for count in range(1, 40):
            talk.update_last(Turn("assistant", text * count + "end", markdown=True))
            await pilot.resize_terminal(30 + count % 3 * 20, 12)
            await pilot.pause()
            assert any(line.endswith("end") for line in app.text()), count
        fresh = TalkApp([Turn("user", "q"), Turn("assistant", text * 39 + "end", markdown=True)])
        size = app.size
    async with fresh.run_test(size=(size.width, size.height)):
        other = fresh.query_one(Conversation)
        assert other.virtual_size == talk.virtual_size


async def test_the_message_under_the_cursor_stays_in_view_at_any_size() -> None:
    app = TalkApp([Turn("user", f"{i} " + "word " * 40) for i in range(20)])
    async with app.run_test(size=(200, 60)) as pilot:
        talk = app.query_one(Conversation)
        for presses in (0, 3, 7, 12, 19):
            await pilot.press(*["down"] * (presses - talk.cursor))
            for size in ((60, 20), (120, 36), (40, 9), (120, 9), (200, 60)):
                await pilot.resize_terminal(*size)
                await until(lambda size=size: app.size == size, pilot)
                await pilot.pause()
                assert talk.cursor == presses
                seen = [line for line in app.text() if line.startswith(f"▌ {presses} word")]
                assert seen, (presses, size)


async def test_one_who_has_scrolled_on_from_the_cursor_stays_there() -> None:
    app = TalkApp([Turn("user", f"{i} " + "word " * 40) for i in range(20)])
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("pagedown", "pagedown")
        talk = app.query_one(Conversation)
        await until(lambda: talk.scroll_offset.y > 20, pilot)
        top = next(line for line in app.text() if "word" in line)
        await pilot.resize_terminal(80, 9)
        await until(lambda: app.size == (80, 9), pilot)
        await pilot.pause()
        assert next(line for line in app.text() if "word" in line) == top


async def test_blocks_shown_already_are_not_laid_out_again() -> None:
    turns = [Turn("assistant", f"answer **{i}**", markdown=True) for i in range(5)]
    app = TalkApp(turns)
    async with app.run_test(size=(40, 30)):
        talk = app.query_one(Conversation)
        before = list(talk.column.blocks)
        talk.show([*turns, Turn("user", "more")])
        assert [a is b for a, b in zip(before, talk.column.blocks, strict=False)] == [True] * 5


def long_chat(count: int) -> list[Turn]:
    answer = "## Head\n\n" + "Some **bold** words in a row. " * 40 + "\n\n- item\n" * 20
    return [Turn("assistant", f"{at}\n\n{answer}", markdown=True) for at in range(count)]


@pytest.fixture
def quick_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the steps one right after another: thirty a second would be waited for."""
    monkeypatch.setattr("tui.widgets.conversation.STEPS", 1000)


async def test_a_long_chat_is_laid_out_in_steps_and_what_is_in_view_stays(
    quick_steps: None,
) -> None:
    turns = [*long_chat(40), Turn("user", "last question")]
    app = TalkApp([])
    async with app.run_test(size=(60, 20)) as pilot:
        talk = app.query_one(Conversation)
        with patch.object(Block, "lay_out_more", autospec=True) as more:
            talk.show(turns, cursor=40)
        assert sum(call.args[1] for call in more.call_args_list) <= 2 * AT_ONCE
        talk.show(turns, cursor=40)
        before = app.text()
        assert "▌ last question" in before

        def all_laid_out() -> bool:
            assert app.text() == before
            return not any(block.waiting for block in talk.column.blocks)

        await until(all_laid_out, pilot)
        assert app.text() == before
        at_once = TalkApp(turns)
    with patch.multiple("tui.widgets.turn_column", AT_ONCE=10**9, RESIZED_AT_ONCE=10**9):
        async with at_once.run_test(size=(60, 20)):
            other = at_once.query_one(Conversation)
            assert other.virtual_size == talk.virtual_size
            other.show(turns, cursor=40)
            assert at_once.text() == before


async def test_a_long_chat_takes_another_width_in_steps_beginning_with_what_is_in_view(
    quick_steps: None,
) -> None:
    turns = [t for turn in long_chat(60) for t in (Turn("user", "plain " * 300), turn)]
    app, fresh = TalkApp([]), TalkApp([])
    async with app.run_test(size=(60, 20)) as pilot, fresh.run_test(size=(60, 20)) as beside:
        talk, other = app.query_one(Conversation), fresh.query_one(Conversation)
        for width, cursor in ((47, 0), (60, 30), (47, 60)):
            talk.show(turns, cursor=cursor)
            await until(lambda: not any(block.waiting for block in talk.column.blocks), pilot)
            other.show([])
            await beside.resize_terminal(width, 20)
            with patch("tui.widgets.turn_column.AT_ONCE", 10**9):
                other.show(turns, cursor=cursor)
            expected = fresh.text()
            with patch.object(Block, "resize", autospec=True, side_effect=Block.resize) as resized:
                await pilot.resize_terminal(width, 20)
            at_once = [call.args[0] for call in resized.call_args_list if not call.kwargs["later"]]
            assert sum(len(block.turn.text) for block in at_once) < 100_000
            assert any(block.waiting for block in talk.column.blocks)

            def all_laid_out(expected: list[str] = expected) -> bool:
                assert app.text() == expected
                return not any(block.waiting for block in talk.column.blocks)

            await until(all_laid_out, pilot)
            assert talk.virtual_size == other.virtual_size, (width, cursor)


async def test_a_long_text_that_is_not_markdown_is_laid_out_in_steps_too() -> None:
    turns = [Turn("user", "plain words " * 10_000), Turn("assistant", "end")]
    talk = Conversation(limit=10**6)

    class LongApp(App[None]):
        def compose(self) -> ComposeResult:
            yield talk

    async with LongApp().run_test(size=(60, 20)) as pilot:
        talk.show(turns)
        assert talk.column.blocks[0].waiting
        await until(lambda: not any(block.waiting for block in talk.column.blocks), pilot)
        width = talk.column.blocks[0].width
        assert talk.column.blocks[0].height == 2 + len(PlainText(turns[0].text, width))


@pytest.mark.parametrize(
    "turn",
    [
        Turn("assistant", "# Head\n\nsome *text* of it\n\n- a\n- b\n\n" * 750, markdown=True),
        Turn("assistant", "```python\n" + "x = 1\n" * 5_000 + "```\nend\n", markdown=True),
        Turn("assistant", "text\n\n```text\n" + "x = 1\n" * 5_000 + "x", markdown=True),
        Turn("user", "plain words " * 5_000, marks=((7, 12),)),
        Turn("assistant", "so", markdown=True, reasoning="hm hm " * 5_000),
    ],
    ids=["markdown", "code", "open code", "plain", "reasoning"],
)
def test_one_long_message_takes_another_width_in_steps(turn: Turn) -> None:
    def lines(one: Block) -> list[Line]:
        return [one.line(at) for at in range(1, one.height)]

    block, narrow, wide = (Block(turn, width, 10**6) for width in (60, 47, 90))
    before = lines(block)
    block.resize(47, later=True)
    assert lines(block) == before
    block.lay_out_more(1_000)
    if not turn.reasoning:  # folded away, it is one line at any width
        assert block.waiting
        assert lines(block) == before  # meanwhile the old ones are shown
    while block.waiting:
        block.lay_out_more(1_000)
    assert lines(block) == lines(narrow)
    block.resize(80, later=True)
    block.lay_out_more(1_000)
    block.resize(90, later=True)  # it was pulled on meanwhile
    block.resize(90)
    assert not block.waiting
    assert lines(block) == lines(wide)


async def test_the_end_of_one_long_message_stays_in_view_at_another_width() -> None:
    text = "word and word more " * 10_000
    talk = Conversation(limit=10**6)

    class LongApp(App[None]):
        def compose(self) -> ComposeResult:
            yield talk

    async with LongApp().run_test(size=(60, 20)) as pilot:

        def laid_out() -> bool:
            return not any(block.waiting for block in talk.column.blocks)

        talk.show([Turn("user", text)])
        await until(laid_out, pilot)
        for share in (0.5, 1.0):
            talk.scroll_to(y=talk.max_scroll_y * share, animate=False, immediate=True)
            await pilot.resize_terminal(47 if share < 1 else 60, 20)
            await until(laid_out, pilot)
            assert talk.scroll_offset.y == pytest.approx(talk.max_scroll_y * share, rel=0.01)


async def test_an_answer_that_comes_at_the_end_of_a_chat_still_being_laid_out() -> None:
    turns = [*long_chat(20), Turn("assistant", "", markdown=True)]
    app = TalkApp([])
    async with app.run_test(size=(60, 20)) as pilot:
        talk = app.query_one(Conversation)
        talk.show(turns, cursor=20)
        for count in range(1, 60):
            talk.update_last(Turn("assistant", "line\n" * count + "end", markdown=True))
            assert any(line.endswith("end") for line in app.text()), count
        await until(lambda: not any(block.waiting for block in talk.column.blocks), pilot)
        assert any(line.endswith("end") for line in app.text())
