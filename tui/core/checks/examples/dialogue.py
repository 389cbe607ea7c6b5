"""Rules on how messages follow each other in one example."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tui.core.checks.gates import perhaps_untrained, untidy
from tui.core.checks.registry import Finding, row_rule
from tui.core.dataset.example import INSTRUCTING_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.row import Row, Turn


@row_rule(
    "no-assistant",
    "error",
    "No assistant message",
    "The answers of the assistant are what is trained; an example without one teaches nothing.",
    gate=untidy,
)
def no_assistant(row: Row) -> Iterable[Finding]:
    """Find chats without an answer."""
    if row.kind != "chat" or not row.turns or any(t.role == "assistant" for t in row.turns):
        return ()
    text = "No message is the assistant's. Add the answer to learn, or delete the line."
    return (Finding(text, "messages"),)


@row_rule(
    "no-user",
    "warning",
    "No user message",
    "Without a question the model learns to speak unasked.",
    gate=untidy,
)
def no_user(row: Row) -> Iterable[Finding]:
    """Find chats in which nobody asks."""
    if row.kind != "chat" or not row.turns or any(t.role == "user" for t in row.turns):
        return ()
    return (Finding("No message is the user's. Add the question.", "messages"),)


@row_rule(
    "last-not-assistant",
    "warning",
    "Ends without an answer",
    "What stands after the last answer is never trained.",
    fixable=True,
    gate=untidy,
)
def last_not_assistant(row: Row) -> Iterable[Finding]:
    """Find chats that go on after the last answer."""
    if row.kind != "chat" or not row.turns or row.turns[-1].role == "assistant":
        return ()
    if not any(t.role == "assistant" for t in row.turns):
        return ()  # said by no-assistant
    text = "The last message is not the assistant's. Add the answer, or cut the messages after it."
    return (row.turns[-1].find(text, ".role"),)


@row_rule(
    "nothing-trained",
    "warning",
    "All weights are 0",
    "With weight 0 on every answer the example costs tokens and teaches nothing.",
    gate=perhaps_untrained,
)
def nothing_trained(row: Row) -> Iterable[Finding]:
    """Find examples whose answers all have weight 0."""
    answers = [t for t in row.turns if t.role == "assistant"]
    if row.kind != "chat" or not answers or any(t.raw.get("weight", 1) != 0 for t in answers):
        return ()
    text = "Every answer has weight 0. Give one weight 1, or delete the line."
    return (answers[-1].find(text, ".weight"),)


@row_rule(
    "empty-answer",
    "warning",
    "Empty answer",
    "The model learns to say nothing.",
    gate=untidy,
)
def empty_answer(row: Row) -> Iterable[Finding]:
    """Find assistant messages of nothing but spaces."""
    return [
        turn.find("This answer is empty. Write it, or delete the message.", ".content")
        for turn in row.turns
        if turn.role == "assistant"
        and isinstance(turn.content, str)
        and not turn.content.strip()
        and not turn.raw.get("tool_calls")
        and not turn.raw.get("function_call")
    ]


@row_rule(
    "empty-message",
    "warning",
    "Empty message",
    "A message without text is usually a gap in the source.",
    gate=untidy,
)
def empty_message(row: Row) -> Iterable[Finding]:
    """Find system and user messages of nothing but spaces."""
    return [
        turn.find("This message is empty. Write it, or delete it.", ".content")
        for turn in row.turns
        if turn.role in {"system", "developer", "user"}
        and isinstance(turn.content, str)
        and not turn.content.strip()
    ]


@row_rule(
    "echo",
    "warning",
    "Answer repeats the question",
    "An answer equal to its question is usually a slip in the columns of the source.",
    gate=untidy,
)
def echo(row: Row) -> Iterable[Finding]:
    """Find answers that are their question."""
    return [
        answer.find("The answer is the question again. Write the answer to learn.", ".content")
        for question, answer in pairwise(row.dialogue)
        if answer.role == "assistant" and question.role == "user"
        if isinstance(answer.content, str) and answer.content == question.content
        if answer.content.strip()
    ]


@row_rule(
    "system-not-first",
    "warning",
    "System message not first",
    "Models expect the system message before all others.",
    fixable=True,
    gate=untidy,
)
def system_not_first(row: Row) -> Iterable[Finding]:
    """Find the first system message when it stands after something else."""
    found = _instructions(row)
    if not found or found[0] is row.dialogue[0]:
        return ()
    return (found[0].find("The system message is not the first. Move it to the top.", ".role"),)


@row_rule(
    "several-systems",
    "warning",
    "Several system messages",
    "A conversation has one system message; more are often left by a merge.",
    gate=untidy,
)
def several_systems(row: Row) -> Iterable[Finding]:
    """Find the second and further system messages."""
    return [
        turn.find("This is another system message. Join it with the first.", ".role")
        for turn in _instructions(row)[1:]
    ]


def _instructions(row: Row) -> list[Turn]:
    return [t for t in row.dialogue if t.role in INSTRUCTING_ROLES]


@row_rule(
    "same-role-twice",
    "warning",
    "Two messages of one role in a row",
    "Roles usually alternate; several providers refuse two user or assistant turns in a row.",
    fixable=True,
    gate=untidy,
)
def same_role_twice(row: Row) -> Iterable[Finding]:
    """Find a user or assistant message that follows one of its own kind."""
    return [
        turn.find(f"Two {turn.role} messages in a row. Merge them into one.", ".role")
        for before, turn in pairwise(row.dialogue)
        if turn.role == before.role and turn.role in {"user", "assistant"}
        if not before.raw.get("tool_calls")  # said by call-unanswered
    ]
