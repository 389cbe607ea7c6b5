from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tui.core.filtering.fields import CHOICES, NUMBERS, WORDS
from tui.core.filtering.nodes import (
    And,
    Compare,
    Contains,
    Digest,
    Everything,
    FilterError,
    Flag,
    Node,
    Not,
    Or,
    Pattern,
    Span,
    Text,
    all_of,
    any_of,
)
from tui.core.filtering.parser import parse

# A loaded machine is slow, not wrong.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


A, B, C = Text("a"), Text("b"), Text("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        ("   ", Everything()),
        ("refund", Text("refund")),
        ('"two words" c++', And((Text("two words"), Text("c++")))),
        (r'"a \"b\" \\ \n é \d"', Text('a "b" \\ \n é \\d')),
        ("/^Dear/im", Pattern("^Dear", "im")),
        (r"/a\/b/", Pattern(r"a\/b")),
        ("role:tool", Contains("role", "tool")),
        ("Role:tool", Contains("role", "tool")),
        ('system="You are"', Contains("system", "You are", exact=True)),
        ('tool=""', Contains("tool", "", exact=True)),
        ("system=#0123456789ab", Digest("system", "0123456789ab")),
        ('system="#0123456789ab"', Contains("system", "#0123456789ab", exact=True)),
        ("first:/^I /i", Contains("first", Pattern("^I ", "i"))),
        ("tokens>4000", Compare("tokens", ">", 4000)),
        ("turns>=6", Compare("turns", ">=", 6)),
        ("turns:6", Compare("turns", "=", 6)),
        ("line:10-20", Span("line", 10, 20)),
        ("line:-20", Span("line", None, 20)),
        ("line:10-", Span("line", 10, None)),
        ("edited -marked", And((Flag("edited"), Not(Flag("marked"))))),
        ('"edited"', Text("edited")),
        ("--a", Not(Not(A))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a AND (b c)", And((A, B, C))),
        ("-(a b)", Not(And((A, B)))),
        ("10:30 x-y", And((Text("10:30"), Text("x-y")))),
        ("or and", And((Text("or"), Text("and")))),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, node: Node) -> None:
    assert parse(text) == node
    assert parse(str(node)) == node


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a trained<", "at 11: expected a number after trained<"),
        ("tokens>4k", "at 8: expected a number after tokens>"),
        ("line:-", "at 6: expected a number after line:"),
        ("tokens>9999999999999999", "at 8: this number is too large"),
        ("token>5", "at 1: there is no field 'token'; did you mean tokens? Quote 'token>'"),
        ("zzz:5", "at 1: there is no field 'zzz'; the help lists them."),
        ("role>5", "at 1: role is not a number"),
        ("a role:", "at 8: expected a value after role:"),
        ("severity:bad", "at 10: severity is one of error, warning, info"),
        ("severity:", "at 10: expected a value after severity:: error, warning, info"),
        ('a "b', "at 3: this quote is not closed"),
        ('""', "at 1: nothing stands between these quotes"),
        ("a /b", "at 3: this expression is not closed"),
        ("//", "at 1: nothing stands between these slashes"),
        ("/b/x", "at 4: 'x' is no flag (i, m, s)"),
        ("a /b[/", "at 6: this expression is wrong"),
        ("/(a{1000}){1000}/", "at 2: this expression repeats too much"),
        ("(a", "at 1: this parenthesis is not closed"),
        ("a)", "at 2: this parenthesis was never opened"),
        ("a ()", "at 3: nothing stands between these parentheses"),
        ("a -", "at 4: expected something after -"),
        ("OR a", "at 1: expected something before OR"),
        ("a OR", "at 5: expected something after OR"),
        ("a AND", "at 6: expected something after AND"),
        ("AND a", "at 1: expected something before AND"),
        ("(" * 60 + "a" + ")" * 60, "at 51: too many parentheses"),
        ("-" * 60 + "a", "at 61: too many minus signs"),
        ("/" + "(" * 400 + ")" * 400 + "/", "at 2: this expression is too complicated"),
    ],
)
def test_errors_say_what_and_where(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)


PIECES = st.sampled_from(
    [
        *"()-\"/\\ :=<>#",
        "OR", "AND", "edited", "marked", "-(", "x{", "{9999}", "[", "\\u00", "(?", "#0123456789ab",
        *NUMBERS, *WORDS, "line:", "1-2", "system=", 'tool="', "/i", "first:/", "10", "é", "😀",
    ]
)  # fmt: skip


@PATIENT
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join)))
@example("\ud800")
@example('"\\ud83d\\ude00"')
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    try:
        node = parse(text)
    except FilterError as error:
        where = error.position
    else:
        where = 0
        assert parse(str(node)) == node
        assert "\n" not in str(node)
    assert where is not None
    assert 0 <= where <= len(text)


numbers = st.integers(0, 10**15 - 1)
patterns = st.builds(Pattern, st.sampled_from(["a", "^b$", r"\/", "[x y]", "(a|b)"]))
texts = st.text(min_size=1, max_size=8)
free = st.sampled_from(sorted(set(WORDS) - set(CHOICES)))
leaves = st.one_of(
    st.builds(Text, texts),
    patterns,
    st.builds(
        Compare, st.sampled_from(sorted(NUMBERS)), st.sampled_from(["<", "<=", "="]), numbers
    ),
    st.builds(Span, st.just("line"), numbers, st.none() | numbers),
    st.builds(Contains, free, texts | patterns),
    st.builds(Contains, free, st.text(max_size=8), st.just(value=True)),
    st.builds(Digest, free, st.just("0123456789ab")),
    st.sampled_from([Flag("edited"), Flag("marked")]),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(all_of, inner, inner),
        st.builds(any_of, inner, inner, inner),
    ),
    max_leaves=12,
)


@PATIENT
@given(nodes)
def test_printing_and_parsing_again_is_the_identity(node: Node) -> None:
    assert parse(str(node)) == node
