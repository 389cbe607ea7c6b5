"""Rows of logs, batches and tables of messages: a request with its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.any_rows.parts import Row, Texts


def _asked(text: str) -> list[Row]:
    return [{"role": "user", "content": text}]


def _completion(text: str, more: str) -> Row:
    choices = [{"index": 0, "message": {"role": "assistant", "content": text}},
               {"index": 1, "message": {"role": "assistant", "content": more}}]  # fmt: skip
    return {"object": "chat.completion", "choices": choices, "system_fingerprint": f"fp {more}"}


def _responses(text: str, more: str) -> Row:
    said = [{"type": "output_text", "text": text, "annotations": []}]
    reasoning = {"type": "reasoning", "summary": [more]}
    message = {"type": "message", "id": "m1", "role": "assistant", "content": said}
    return {"object": "response", "output": [reasoning, message], "user": more}


def _blocks(text: str, more: str) -> Row:
    said = [{"type": "text", "text": text}]
    return {"type": "message", "role": "assistant", "content": said, "stop_reason": "end_turn",
            "container": more}  # fmt: skip


def _candidates(text: str, more: str) -> Row:
    content = {"role": "model", "parts": [{"text": text}]}
    return {"candidates": [{"content": content, "finishReason": "STOP"}], "modelVersion": more}


def _generations(text: str, more: str) -> Row:
    return {"generations": [[{"text": text, "generation_info": {"note": more}}]]}


def _langchain(text: str) -> list[Row]:
    kind = ["langchain", "schema", "messages", "HumanMessage"]
    return [{"lc": 1, "type": "constructor", "id": kind, "kwargs": {"content": text}}]


_SHAPES: tuple[Callable[[str, str, str], Row], ...] = (
    lambda a, b, c: {"request": {"messages": _asked(a), "user": c}, "response": _completion(b, c)},
    lambda a, b, c: {"request": {"body": {"messages": _asked(a)}, "note": c}, "response": b},
    lambda a, b, c: {"messages": _asked(a), "response": _completion(b, c), "end_user": c},
    lambda a, b, c: {"messages": _asked(a), "response": b, "tag": c},
    lambda a, b, c: {**_completion(b, c), "messages": _asked(a), "metadata": {"topic": c}},
    lambda a, b, c: {**_responses(b, c), "input": _asked(a)},
    lambda a, b, c: {
        "request": {"model": "m", "input": a, "instructions": c}, "response": _responses(b, c),
    },
    lambda a, b, c: {"input": {"messages": _asked(a)}, "output": {"role": "assistant",
                     "content": b}, "name": c},
    lambda a, b, c: {"input": json.dumps(_asked(a)), "output": json.dumps({"content": b}),
                     "comment": c},
    lambda a, b, c: {"input": _asked(a), "output": b, "sessionId": c},
    lambda a, b, c: {"inputs": {"messages": [_langchain(a)]}, "outputs": _generations(b, c)},
    lambda a, b, c: {"inputs": {"messages": _asked(a)}, "outputs": {"messages": [*_asked(a),
                     {"type": "ai", "content": b}]}, "name": c},
    lambda a, b, c: {"request_body": {"messages": _asked(a), "note": c},
                     "response_body": _completion(b, c)},
    lambda a, b, c: {"request": {"system": c, "messages": _asked(a)}, "response": _blocks(b, c)},
    lambda a, b, c: {"request": {"contents": [{"role": "user", "parts": [{"text": a}]}]},
                     "response": _candidates(b, c), "status": c},
    lambda a, b, c: {"custom_id": c, "body": {"messages": _asked(a)}, "url": b},
    lambda a, b, c: {"custom_id": c, "response": {"body": _completion(b, a)}, "error": None},
    lambda a, b, c: {"custom_id": c, "result": {"type": "succeeded", "message": _blocks(b, a)}},
    lambda a, b, c: {"custom_id": c, "response": None, "error": {"message": f"{a} {b}"}},
    lambda a, b, c: {"request": {"messages": _asked(a)}, "response": {"detail": [b], "note": c}},
)  # fmt: skip


def completion_log(texts: Texts) -> st.SearchStrategy[Row]:
    """Requests with their responses, as proxies, tracers and batches write them."""
    made = st.tuples(st.sampled_from(_SHAPES), texts, texts, texts)
    return made.map(lambda one: one[0](*one[1:]))


def one_message(texts: Texts) -> st.SearchStrategy[Row]:
    """One message of a conversation that others of the file may be of too."""
    names = st.sampled_from([("conversation_id", "role", "content"), ("conv", "speaker", "text")])
    who = st.sampled_from(["user", "assistant", "Customer", "Agent", "system", "Mia"])
    more = st.fixed_dictionaries({}, optional={"note": texts, "turn": st.integers(0, 9)})
    made = st.tuples(names, st.sampled_from(["1", "2", ""]), who, texts, more)
    return made.map(lambda one: {**dict(zip(one[0], one[1:4], strict=True)), **one[4]})


def asked_with_keys(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats that end with the question, and keys for a grader."""
    more = st.fixed_dictionaries({"ground_truth": texts}, optional={"rubric": texts})
    return st.tuples(texts, more).map(lambda one: {"messages": _asked(one[0]), **one[1]})


def table_of_columns(rows: list[Row]) -> Row:
    """Return rows as pandas writes them by their columns; rows of other kinds in a list."""
    return _by_columns(rows, lambda cells: {str(at): cell for at, cell in enumerate(cells)})


def table_of_lists(rows: list[Row]) -> Row:
    """Return rows as columns that are lists."""
    return _by_columns(rows, lambda cells: cells)


def _by_columns(rows: list[Row], made: Callable[[list[Any]], Any]) -> Row:
    if not all(isinstance(row, dict) for row in rows):
        return rows
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: made([row.get(name) for row in rows]) for name in names}


def table_of_rows(rows: list[Row]) -> Row:
    """Return rows as pandas writes them by their index."""
    if not all(isinstance(row, dict) for row in rows):
        return rows
    return {str(at): row for at, row in enumerate(rows)}


def table_split(rows: list[Row]) -> Row:
    """Return rows as pandas writes them apart from the names of their columns."""
    if not all(isinstance(row, dict) for row in rows):
        return rows
    names = [*dict.fromkeys(name for row in rows for name in row)]
    data = [[row.get(name) for name in names] for row in rows]
    return {"columns": names, "index": [*range(len(rows))], "data": data}


def transcript(rows: list[Row]) -> str:
    """Return what rows say as a transcript, whatever they are."""
    turns = []
    for row in rows:
        turns += ["User: " + json.dumps(row, ensure_ascii=False), "Assistant: yes", "---"]
    return "\n".join(turns) + "\n"
