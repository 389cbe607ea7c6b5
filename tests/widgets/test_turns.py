"""What a turn shows beside its text: reasoning, images, calls, branch, code, tokens."""

from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from tests.widgets.test_conversation import TalkApp
from tests.widgets.test_markdown_document import text_of
from tui.core.chat.reply import TokenLogprob
from tui.widgets.conversation import Conversation
from tui.widgets.markdown.spans import CHOSEN, DOUBTFUL, UNSURE
from tui.widgets.turn_block import Block, Look, Turn

THOUGHT = "Let me see.\nIt is a fern."


def lines(block: Block) -> list[str]:
    return [text_of(block.line(at)).rstrip() for at in range(1, block.height)]


def block(turn: Turn, width: int = 60, look: Look | None = None) -> Block:
    return Block(turn, width, 20_000, look or Look())


def test_reasoning_is_one_line_until_it_is_opened() -> None:
    one = block(Turn("assistant", "Water it.", reasoning=THOUGHT, reasoning_s=12.4))
    folded = ["▸ thought for 25 characters / 12 s · enter opens", "Water it.", ""]
    assert lines(one) == folded
    assert one.fold()
    assert lines(one) == [
        *("▾ thought · enter closes", "┊ Let me see.", "┊ It is a fern.", "Water it.", "")
    ]
    one.fold()
    assert lines(one) == folded
    assert not block(Turn("assistant", "a")).fold()


@pytest.mark.parametrize("opened", [True, False])
def test_reasoning_and_text_grow_to_what_comes_at_once(opened: bool) -> None:
    grown = block(Turn("assistant", "", "m", reasoning="L", markdown=True))
    if opened:
        grown.fold()
    before = lines(grown)
    steps = [("", THOUGHT[:n]) for n in range(2, len(THOUGHT) + 1)]
    steps += [("**It is** a fern.\n\n- water it"[:n], THOUGHT) for n in range(1, 31)]
    for text, thought in steps:
        turn = Turn("assistant", text, "m", reasoning=thought, markdown=True)
        changed = grown.take(turn)
        if changed is None:
            made = block(turn)
            if grown.opened:
                made.fold()
            grown, changed = made, 0
        now = lines(grown)
        assert now[: max(changed - 1, 0)] == before[: max(changed - 1, 0)]
        before = now
    whole = block(turn)
    if opened:
        whole.fold()
    assert now == lines(whole)
    ended = Turn("assistant", text, "m", note="ended", reasoning=THOUGHT.strip(), markdown=True)
    assert grown.take(ended) == 0
    assert lines(grown)[-2:] == ["ended", ""]


def test_the_end_of_an_answer_does_not_lay_its_text_out_again() -> None:
    text = "some **words**\n\n" * 50
    one = block(Turn("assistant", text, "m · answering", markdown=True))
    body = one._body
    assert one.take(Turn("assistant", text + "end", "m", note="ended", markdown=True)) == 0
    assert one._body is body
    assert one.take(Turn("assistant", "other", "m", markdown=True)) is None


def test_images_and_calls_are_named() -> None:
    turn = Turn(
        "assistant",
        "",
        images=("fern.png · 120 kB",),
        calls=(("water", '{"plant": "fern", "ml": 200}'), ("stop", "not JSON \x1b")),
    )
    assert lines(block(turn)) == [
        "fern.png · 120 kB",
        "╭ calls water",
        "│ {",
        '│   "plant": "fern",',
        '│   "ml": 200',
        "│ }",
        "╭ calls stop",
        "│ not JSON ␛",
        "",
    ]


def tokens(*shares: float) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            f"tok{at} ",
            math.log(share),
            ((f"tok{at} ", math.log(share)), ("other\x1b", math.log(1 - share + 1e-9))),
        )
        for at, share in enumerate(shares)
    )


def test_unsure_tokens_stand_out_and_alternatives_are_listed() -> None:
    turn = Turn("assistant", "x", markdown=True, tokens=tokens(0.99, 0.7, 0.2, 0.95))
    one = block(turn, look=Look(tokens=True))
    flags = dict(one.line(1).spans)
    assert flags == {
        "tok0 ": 0,
        "tok1 ": UNSURE | CHOSEN,
        "tok2 ": DOUBTFUL,
        "tok3": 0,
    }
    assert lines(one)[1:] == ["token 2 of 4 · “tok1 ” 70 % · “other␛” 30 %", ""]
    assert one.choose_token(1, unsure=True) == 1
    assert one.token == 2
    one.choose_token(1, unsure=True)  # there is none
    assert one.token == 2
    one.choose_token(1)
    assert "token 4 of 4" in lines(one)[1]
    one.choose_token(1)
    assert one.token == 3
    assert block(turn).choose_token(1) is None


def test_a_narrow_view_of_many_tokens() -> None:
    one = block(Turn("assistant", "x", tokens=tokens(*[0.5] * 200)), 20, Look(tokens=True))
    assert all(cell_len(line) <= 20 for line in lines(one))
    assert one.choose_token(1) >= 1


class CodeApp(TalkApp):
    def __init__(self) -> None:
        code = "```py\na = 1\n```\n"
        super().__init__(
            [
                Turn("user", "q", branch="‹2/3›"),
                Turn("assistant", f"one\n\n{code}\nmore\n\n```\nb\n", markdown=True),
                Turn("assistant", "", calls=(("f", "{}"),), reasoning="hm"),
            ]
        )


async def test_blocks_of_code_are_walked() -> None:
    app = CodeApp()
    async with app.run_test(size=(40, 30)) as pilot:
        talk = app.query_one(Conversation)
        assert app.text()[0] == "▌ user ‹2/3›"
        found = []
        while talk.walk_code(1):
            assert talk.code is not None
            found.append((talk.cursor, talk.code.text))
            await pilot.pause()
            assert sum("y copies this block" in line for line in app.text()) == 1
        assert found == [(1, "a = 1"), (1, "b"), (2, "{}")]
        assert talk.walk_code(-1)
        assert talk.code is not None
        assert talk.code.text == "b"
        await pilot.press("down")
        assert talk.code is None
        assert [code.text for _, code in talk.column.blocks[talk.cursor].codes()] == ["{}"]


async def test_enter_opens_reasoning_and_what_is_below_moves() -> None:
    app = CodeApp()
    async with app.run_test(size=(60, 30)) as pilot:
        talk = app.query_one(Conversation)
        talk.cursor = 2
        height = talk.virtual_size.height
        await pilot.press("enter")
        await pilot.pause()
        assert "▌ ┊ hm" in app.text()
        assert talk.virtual_size.height == height + 1
        await pilot.press("enter")
        assert talk.virtual_size.height == height


async def test_tokens_are_looked_at() -> None:
    turns = [
        Turn("user", "q"),
        Turn("assistant", "x", markdown=True, tokens=tokens(*[0.9] * 300, 0.1)),
    ]
    app = TalkApp(turns)
    async with app.run_test(size=(40, 12)) as pilot:
        talk = app.query_one(Conversation)
        talk.cursor = 1
        talk.tokens_shown = True
        await pilot.pause()
        assert talk.choose_token(1) is False  # it stands on the last one, the only one not sure
        assert talk.choose_token(-1, unsure=True) is False
        assert talk.choose_token(-1) is True
        await pilot.pause()
        assert any("tok299" in line for line in app.text()), app.text()
        talk.tokens_shown = False
        assert talk.choose_token(1) is None
