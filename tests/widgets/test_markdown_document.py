"""Markdown as it streams: what comes in pieces ends up as what comes at once, at a bounded cost."""

from __future__ import annotations

import time
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.markdown import document as markdown_document
from tui.widgets.markdown.document import MarkdownDocument
from tui.widgets.markdown.spans import BOLD, CODE, ITALIC, KEYWORD, LINK, MUTED, Line

# Pieces of Markdown, among them what changes the meaning of what stands before it.
PIECES = [
    *("# h\n", "para\n", "\n", "\n\n", "- a\n", "- ", "  - b\n", "1. x\n", "2. y\n", "   cont\n"),
    *("    code\n", "```\n", "```py\n", "  ```\n", "~~~\n", "> q\n", "> - z\n", ">\n"),
    *("| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "---\n", "***\n", "===\n", "-", "=", "*", "**"),
    *("`", "_", "[a](b)", "<x>", "\t", "\\", "é", "漢字", "e\u0301", "👩‍👩‍👧", "\x1b[2J", "\r\n"),
    *("\r", "\0", "word ", "longer words here and there ", "* * *\n", "3) z\n", "10. t\n", "a|b\n"),
    *("-|-\n", "&amp;", "![i](j)", "~~", "https://x.y ", "   | x | y |\n", "+ p\n", " - q\n"),
    *("     r\n", "\u2028", "[a]: http://b\n", "[a] ", "&#27;", "</script>", "<!-- c\n"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=50).map("".join)
# Where CommonMark and streams are at odds: the end of a line decides what it and others are.
CASES = [
    "Foo\n---\n",
    "Foo\n- bar\n",
    "Foo\n#bar\n# baz",
    "- a\n\n  b\n\n\n- c",
    "- a\n- b\n\n\n- c\n1. d\n2. e",
    "1. a\n\n   ```sh\n   ls\n   ```\n2. b\n10. c",
    "> a\nlazy\n> b\n\nc",
    "x\na | b\n--|--\n1 | 2\n\nafter",
    "- a|b\n|---|---|\n",
    "para\n   cont\n- a|b\n|---|---|\n",
    "````\n```\n````\n```py\nx = 1\n",
    "```py\nx = 1\n```x\n```",
    "  ```\n  a\n b\n   c\n  ```\nend",
    "~~~~\n~~~\n~~~~~\nend",
    "[a]: http://b\n\n[a] [b](c 'd')",
    "*a **b* c**\n\n***d***",
    "    code\n\n    more\n\nend",
    "a\\\nb  \nc",
    "| a |\n|---|\n" + "".join(f"| {n} |\n" for n in range(60)) + "\nend",
]


def lines(document: MarkdownDocument) -> list[Line]:
    return [document[at] for at in range(len(document))]


def resize(document: MarkdownDocument, width: int) -> None:
    assert all(cells >= 0 for cells in document.resized(width))


def text_of(line: Line) -> str:
    return "".join(text for text, _ in line.spans)


def text(document: MarkdownDocument) -> str:
    return "\n".join(text_of(line).rstrip() for line in lines(document))


def laid_out(markdown: str, width: int = 60) -> str:
    return text(MarkdownDocument(markdown, width))


def assert_streams(markdown: str, cuts: list[int], width: int) -> None:
    """Cut units where they are cut in the program, and where every example has some."""
    for longest, most in ((8000, 250), (60, 4)):
        with patch.multiple(markdown_document, LONGEST=longest, MOST_LINES=most):
            _assert_streams(markdown, cuts, width)


def _assert_streams(markdown: str, cuts: list[int], width: int) -> None:
    document = MarkdownDocument("", width)
    before = lines(document)
    for start, end in pairwise([0, *sorted(min(c, len(markdown)) for c in cuts), len(markdown)]):
        first = document.grow(markdown[start:end])
        now = lines(document)
        assert now[:first] == before[:first], "a line that was not told of has changed"
        before = now
    whole = MarkdownDocument(markdown, width)
    assert lines(document) == lines(whole)
    resize(document, 33)
    assert lines(document) == lines(MarkdownDocument(markdown, 33))
    resize(document, width)
    assert lines(document) == lines(whole)


@settings(max_examples=60)
@given(MARKDOWN, st.lists(st.integers(0, 300), max_size=40), st.sampled_from([8, 20, 40, 80]))
def test_what_streams_is_laid_out_as_what_comes_at_once(
    markdown: str, cuts: list[int], width: int
) -> None:
    assert_streams(markdown, cuts, width)


@given(st.text(), st.lists(st.integers(0, 100), max_size=20))
def test_any_text_streams(markdown: str, cuts: list[int]) -> None:
    assert_streams(markdown, cuts, 20)


@pytest.mark.parametrize("markdown", CASES)
def test_known_cases_stream_letter_by_letter(markdown: str) -> None:
    for width in (20, 80):
        assert_streams(markdown, [*range(len(markdown))], width)


@settings(max_examples=30)
@given(MARKDOWN)
def test_a_document_that_is_resized_while_it_streams(markdown: str) -> None:
    document = MarkdownDocument("", 40)
    for at, letter in enumerate(markdown):
        document.grow(letter)
        resize(document, 20 + at % 3 * 20)
    resize(document, 40)
    assert lines(document) == lines(MarkdownDocument(markdown, 40))


@given(MARKDOWN, st.integers(20, 80))
def test_lines_fit_and_hold_nothing_a_terminal_acts_on(markdown: str, width: int) -> None:
    document = MarkdownDocument(markdown, width)
    for line in lines(document):
        assert cell_len(text_of(line)) <= width + 1  # a blank may hang over
        assert "\x1b" not in text_of(line)
        assert "\r" not in text_of(line)
        assert "\n" not in text_of(line)


@given(st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc", "Cf", "Zl", "Zp"]), min_size=1))
def test_nothing_of_a_plain_word_is_lost(word: str) -> None:
    """Marks of Markdown aside, every letter that came can be seen."""
    kept = "".join(c for c in word if c.isalnum())
    shown = "".join(laid_out(f"a{kept}", 20).split())
    assert shown == f"a{kept}"


def test_every_kind_of_block() -> None:
    assert laid_out(
        "# Title *x*\n\nSome **bold** `code` [text](http://a.b/c) <https://x.y>\n"
        "- a\n- b\n  - c\n    1. one\n    2. two\n\n> quoted\n>\n> - in it\n\n"
        "```python\ndef f(x):\n    return 1\n```\n\n"
        "| a | number |\n|---|--:|\n| 1 | 2 |\n\n***\n<b>x</b> ![pic](p.png)\n"
    ).split("\n") == [
        "# Title x",
        "",
        "Some bold code text (http://a.b/c) https://x.y",
        "• a",
        "• b",
        "  ◦ c",
        "    1. one",
        "    2. two",
        "",
        "▎ quoted",
        "▎",
        "▎ • in it",
        "",
        "╭ python",
        "│ def f(x):",
        "│     return 1",
        "",
        "a │ number",
        "──┼───────",
        "1 │      2",
        "",
        "─" * 60,
        "<b>x</b> [image: pic] (p.png)",
    ]


def flags_of(markdown: str, piece: str) -> int:
    document = MarkdownDocument(markdown, 60)
    return next(flags for line in lines(document) for text, flags in line.spans if piece in text)


@pytest.mark.parametrize(
    ("markdown", "piece", "flags"),
    [
        ("a **b** c", "b", BOLD),
        ("a *b* c", "b", ITALIC),
        ("a `b` c", "b", CODE),
        ("a [b](c) d", "b", LINK),
        ("a [b](c) d", "(c)", MUTED),
        ("```py\nif x:\n```\n", "if", KEYWORD),
    ],
)
def test_what_a_piece_is(markdown: str, piece: str, flags: int) -> None:
    assert flags_of(markdown, piece) & flags


def test_a_link_that_runs_a_script_stays_text() -> None:
    assert laid_out("[x](javascript:alert(1))") == "[x](javascript:alert(1))"


def test_code_is_coloured_once_it_is_whole() -> None:
    document = MarkdownDocument("```py\nif x:\n", 40)
    assert not any(flags & KEYWORD for line in lines(document) for _, flags in line.spans)
    assert document.grow("```\n") == 0
    assert any(flags & KEYWORD for line in lines(document) for _, flags in line.spans)


def test_long_lines_of_code_go_on_with_a_mark() -> None:
    assert laid_out("```\nabcdefghij\n```", 10) == "╭ code\n│ abcdefgh\n↪ ij"


def test_a_table_of_many_columns_says_what_does_not_fit() -> None:
    row = "|" + "value|" * 100 + "\n"
    shown = laid_out(f"{row}|{'--|' * 100}\n{row}", 80)
    assert "… 89 columns more than fit here" in shown
    assert max(map(len, shown.split("\n"))) <= 80


def test_cells_are_wrapped_and_cut_where_they_are_long() -> None:
    shown = laid_out(f"| a | b |\n|---|---|\n| {'word ' * 100} | x |\n", 30)
    assert shown.count("\n") == 7
    assert "…" in shown


def test_what_is_nested_too_deep_is_shown_as_written() -> None:
    for mark in ("> ", ">", "- ", "1. ", "  - a\n> "):
        deep = f"{mark * 10_000}deep"
        began = time.process_time()
        shown = laid_out(deep, 80)
        assert time.process_time() - began < 20
        assert shown.rstrip().endswith("deep")
        if ">" in mark and "a" not in mark:
            assert "".join(shown.split()) == "".join(deep.split())


AWKWARD = {
    "paragraphs": "Some **bold** words and `code`. " * 12 + "\n\n",
    "list": "- an item with *some* words\n",
    "code": "```python\nx = 1  # one\ny = 2\n```\n",
    "one line": "x" * 500,
    "short lines": "x\n",
    "quotes": "> a\n",
    "deep quotes": "> ",
    "blank lines": "\n",
    "blanks": " ",
    "table": "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "brackets": "[",
}


@pytest.mark.parametrize("kind", AWKWARD)
def test_the_cost_of_a_token_does_not_grow(kind: str) -> None:
    """Measured by what is parsed for a token at the end of a long text."""
    piece = AWKWARD[kind]
    parsed: list[int] = []
    parse = markdown_document.parse_units

    def counted(text: str, *args: object, **more: object) -> object:
        parsed.append(len(text))
        return parse(text, *args, **more)  # type: ignore[arg-type]

    with patch.multiple(markdown_document, LONGEST=2000, MOST_LINES=60):
        document = MarkdownDocument(piece * (15_000 // len(piece)), 80)
        with patch.object(markdown_document, "parse_units", counted):
            for _ in range(20):
                parsed.clear()
                document.grow(piece[:40])
                assert sum(parsed) <= 3 * markdown_document.LONGEST


def test_an_open_block_of_code_is_not_parsed_again() -> None:
    document = MarkdownDocument("```\n" + "x = 1\n" * 30_000, 80)
    with patch.object(markdown_document, "parse_units", side_effect=AssertionError):
        began = time.process_time()
        for _ in range(100):
            document.grow("y = 2\n")
        assert time.process_time() - began < 5
    assert len(document) == 30_101
