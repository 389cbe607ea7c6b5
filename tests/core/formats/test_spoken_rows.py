"""Tables with one message in a row: grouped into conversations, in their order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tui.core.formats import Columns, ReadOptions, container_of, convert, records_of, sniff
from tui.core.formats.columns import EVERY_ROW
from tui.core.formats.detection.foreign import foreign_line

if TYPE_CHECKING:
    from tui.core.formats.detection.containers import Container

TALKS = [
    [("user", "Hi"), ("assistant", "Hello"), ("user", "Open?"), ("assistant", "Till six.")],
    [("user", "Bye"), ("assistant", "See you")],
]


def talks(lines: tuple[bytes, ...]) -> list[list[tuple[str, str]]]:
    made = [json.loads(line)["messages"] for line in lines]
    return [[(one["role"], one["content"]) for one in talk] for talk in made]


def converted(data: bytes, kind: Container, columns: Columns | None = None, **said: Any) -> Any:
    records = list(records_of(data, kind))
    columns = columns or sniff([one.value for one in records], table=kind != "jsonl").columns
    return convert(records, "table", columns=columns, options=ReadOptions(**said))


def table(*rows: str, names: str) -> bytes:
    return ("\n".join([names, *rows]) + "\n").encode()


@pytest.mark.parametrize(
    ("names", "user", "answers"),
    [
        ("conversation_id,role,text", "user", "assistant"),
        ("conv,speaker,message", "Customer", "Agent"),
        ("Thread ID,Sender,Content", "human", "bot"),
        ("session_id,author,utterance", "User", "AI"),
        ("ticket_id,from,body", "client", "support"),
    ],
)
def test_rows_of_a_conversation_are_joined(names: str, user: str, answers: str) -> None:
    data = table(
        f"1,{user},Hi", f"2,{user},Bye", f"1,{answers},Hello", f"2,{answers},See you",
        f"1,{user},Open?", f"1,{answers},Till six.", names=names,
    )  # fmt: skip
    for kind, text in (("csv", data), ("tsv", data.replace(b",", b"\t"))):
        made = converted(text, kind)  # type: ignore[arg-type]
        assert talks(made.lines) == TALKS
        assert (made.read, made.joined, made.dropped) == (6, 4, ())
    objects = [one.value for one in records_of(data, "csv")]
    assert talks(converted("\n".join(map(json.dumps, objects)).encode(), "jsonl").lines) == TALKS
    assert talks(converted(json.dumps(objects).encode(), "json").lines) == TALKS


@pytest.mark.parametrize("order", ["turn", "timestamp"])
def test_a_column_of_their_order_sorts_them(order: str) -> None:
    values = ["10", "9"] if order == "turn" else ["2026-01-02 10:00", "2026-01-02 09:00"]
    data = table(f"1,{values[0]},assistant,See you", f"1,{values[1]},user,Bye",
                 names=f"conversation_id,{order},role,text")  # fmt: skip
    made = converted(data, "csv")
    assert talks(made.lines) == [TALKS[1]]


def test_an_order_that_cannot_be_compared_is_the_files_and_said() -> None:
    data = table("1,02/01 9am,user,Bye", "1,01/01 8am,assistant,See you",
                 names="conversation_id,time,role,text")  # fmt: skip
    made = converted(data, "csv")
    assert talks(made.lines) == [TALKS[1]]
    assert [one.text for one in made.remarks if "order of the file" in one.text]


def test_people_are_told_apart_by_who_answers() -> None:
    data = table("1,Mia Berg,Bye", "1,Ann,See you", names="conversation,sender,message")
    (dropped,) = converted(data, "csv").dropped
    assert dropped.reason == (
        "Mia Berg is neither user nor assistant: --answers-by NAME says whose messages are answers"
    )
    assert talks(converted(data, "csv", answers_by=frozenset({"ann"})).lines) == [TALKS[1]]


def test_without_a_column_of_conversations_all_rows_can_be_one() -> None:
    data = table(*(f"{role},{text}" for role, text in TALKS[0]), names="role,content")
    assert not sniff([one.value for one in records_of(data, "csv")], table=True).format
    columns = Columns(speaker=("role",), text=("content",), conversation=(EVERY_ROW,))
    assert talks(converted(data, "csv", columns).lines) == [TALKS[0]]


def test_a_line_that_is_one_message_names_the_command() -> None:
    found = foreign_line(b'{"role": "user", "content": "Hi"}')
    assert found is not None
    assert found.command("a.jsonl") == (
        "finetui convert a.jsonl --conversation '*' --speaker role --text content -o a.chat.jsonl"
    )


def test_a_list_of_messages_of_several_conversations_is_not_one() -> None:
    rows = [{"conversation_id": at, "role": role, "content": text}
            for at, talk in enumerate(TALKS) for role, text in talk]  # fmt: skip
    data = json.dumps(rows).encode()
    assert talks(converted(data, container_of("a.json", data)).lines) == TALKS
