"""Rows of every format the program knows, alone and in random mixtures, with texts to look for.

What rewrites data (`fix`, `convert`, `redact`) has to account for all of it: no text of the
input may be absent from the output and the report together. This module makes the input, and
tells which texts are absent:

    @given(files())
    def test_nothing_is_lost(file: AnyFile) -> None:
        output, report = run(file.data)
        assert absent(file.data, output, report) == []

Each text of `TEXTS` holds a mark such as `(no. 7)`, which no other text of the same file holds:
so a text is found in whatever it was put into, be it JSON in a string, or joined with another.
`FORMATS` has a strategy for each shape of a row, given the strategy of the texts in it; give
`row(TEXTS)` or `files(texts=…)` texts of your own, such as ones with a key in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests import logged_rows
from tests.logged_rows import asked_with_keys, completion_log, one_message

Texts = st.SearchStrategy[str]
Row = Any

_UNNUMBERED = "(no. #)"
_MARK = re.compile(r"\(no\. (?:\d+|#)\)")
_WORDS = (
    "Is tap water fine", "Ja, überall", "Blau", "苔は静かです", "def f(x):\n    return x",
    '{"city": "Bern"}', "<b>bold</b> & \"quoted\"", "  with spaces", "42", "C:\\new\\table",
)  # fmt: skip
TEXTS: Texts = st.sampled_from(_WORDS).map(lambda text: f"{text} {_UNNUMBERED}")


def marks(data: object) -> set[str]:
    """Return the marks that stand anywhere in bytes, a text, or a JSON value."""
    if isinstance(data, bytes):
        data = data.decode("utf-8", "replace")
    return set(_MARK.findall(data if isinstance(data, str) else json.dumps(data)))


def absent(before: object, *after: object) -> list[str]:
    """Return the marks of texts in the input that are in none of the outputs and reports."""
    return sorted(marks(before).difference(*map(marks, after)))


def numbered(value: Any) -> Any:
    """Return a value (a row, a list of rows) in which no two texts hold the same mark."""
    pieces = json.dumps(value).split(_UNNUMBERED)
    numbers = [f"(no. {n})" for n in range(1, len(pieces))]
    return json.loads("".join(map("".join, zip(pieces, [*numbers, ""], strict=True))))


def _object(
    required: Mapping[str, st.SearchStrategy[Any]],
    optional: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(dict(required), optional=dict(optional or {}))


def _message(role: str, content: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> Any:
    return _object({"role": st.just(role), "content": content}, more)


def _conversation(user: Any, assistant: Any, before: Any = None) -> st.SearchStrategy[list[Any]]:
    """One to three questions with their answers, maybe with a message before them."""
    pairs = st.lists(st.tuples(user, assistant), min_size=1, max_size=3)
    turns = pairs.map(lambda made: [message for pair in made for message in pair])
    if before is None:
        return turns
    return st.tuples(st.lists(before, max_size=1), turns).map(lambda both: [*both[0], *both[1]])


def _messages(texts: Texts) -> st.SearchStrategy[list[Any]]:
    return _conversation(
        _message("user", texts), _message("assistant", texts), _message("system", texts)
    )


def _schema(texts: Texts) -> st.SearchStrategy[dict[str, Any]]:
    described = _object({"type": st.just("string")}, {"description": texts})
    return _object(
        {"type": st.just("object"), "properties": _object({"city": described})},
        {"required": st.just(["city"])},
    )


def _function(texts: Texts, parameters: str = "parameters") -> st.SearchStrategy[dict[str, Any]]:
    return _object({"name": st.just("look_up"), parameters: _schema(texts)}, {"description": texts})


def _tools(texts: Texts) -> st.SearchStrategy[list[Any]]:
    return _object({"type": st.just("function"), "function": _function(texts)}).map(lambda t: [t])


def _arguments(texts: Texts) -> st.SearchStrategy[dict[str, Any]]:
    return _object({"city": texts})


def openai(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats, as they should be."""
    answer = _message("assistant", texts, weight=st.sampled_from([0, 1]))
    return _object({"messages": _conversation(_message("user", texts), answer)})


def openai_tools(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats that call a tool."""

    def row(parts: tuple[str, dict[str, Any], str, str, list[Any], bool]) -> Row:
        asked, arguments, replied, answered, tools, defined = parts
        function = {"name": "look_up", "arguments": json.dumps(arguments, ensure_ascii=False)}
        called = {"id": "call_1", "type": "function", "function": function}
        messages: list[Row] = [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": "call_1", "content": replied},
            {"role": "assistant", "content": answered},
        ]
        return {"messages": messages, "tools": tools} if defined else {"messages": messages}

    return st.tuples(
        texts, _arguments(texts), texts, texts, _tools(texts), st.booleans()
    ).map(row)  # fmt: skip


def openai_functions(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats in OpenAI's outdated form of calls: functions, function_call, role function."""

    def row(parts: tuple[str, dict[str, Any], str, str, dict[str, Any]]) -> Row:
        asked, arguments, replied, answered, function = parts
        called = {"name": "look_up", "arguments": json.dumps(arguments, ensure_ascii=False)}
        messages: list[Row] = [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": None, "function_call": called},
            {"role": "function", "name": "look_up", "content": replied},
            {"role": "assistant", "content": answered},
        ]
        return {"messages": messages, "functions": [function]}

    return st.tuples(texts, _arguments(texts), texts, texts, _function(texts)).map(row)


def openai_images(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats with an image in the question."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/shelf.png"}}
    parts = texts.map(lambda text: [{"type": "text", "text": text}, image])
    return _object(
        {"messages": _conversation(_message("user", parts), _message("assistant", texts))}
    )


def openai_pair(texts: Texts) -> st.SearchStrategy[Row]:
    """Preference pairs as OpenAI takes them."""
    answer = _message("assistant", texts).map(lambda message: [message])
    asked = st.lists(_message("user", texts), min_size=1, max_size=1)
    return _object(
        {
            "input": _object({"messages": asked}, {"tools": _tools(texts)}),
            "preferred_output": answer,
            "non_preferred_output": answer,
        }
    )


def openai_more_keys(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats with keys that OpenAI does not take, in the example and in its messages."""
    more = {"id": texts, "note": texts, "timestamp": st.just(1700000000)}
    reasoning = {"reasoning_content": texts, "thinking": texts, "id": st.just("m1")}
    return _object(
        {
            "messages": _conversation(
                _message("user", texts, **more), _message("assistant", texts, **reasoning)
            )
        },
        {"metadata": _object({"topic": texts}), "source": texts, "score": st.just(0.5)},
    )


def openai_nulls(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats filled up with nulls, as a table of them is written."""
    null: st.SearchStrategy[Any] = st.none()
    nulls = dict.fromkeys(("name", "tool_calls", "function_call", "weight", "refusal"), null)
    return _object(
        {
            "messages": _conversation(
                _message("user", texts, **nulls), _message("assistant", texts, **nulls)
            )
        },
        dict.fromkeys(("tools", "functions", "parallel_tool_calls", "metadata"), null),
    )


def hugging_face(texts: Texts) -> st.SearchStrategy[Row]:
    """Messages under other names, some as JSON in a cell, with columns beside them."""
    key = st.sampled_from(["conversation", "dialogue", "dialog"])
    cell = _messages(texts).map(lambda made: json.dumps(made, ensure_ascii=False))
    value = st.one_of(_messages(texts), cell)
    more = _object({}, {"category": texts, "prompt_id": st.just("p1"), "prompt": texts})
    return st.tuples(key, value, more).map(lambda made: {made[0]: made[1], **made[2]})


def sharegpt(texts: Texts) -> st.SearchStrategy[Row]:
    """Turns of from and value, some with tools."""

    def turn(speaker: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return _object({"from": st.just(speaker), "value": value}, {"weight": st.just(0)})

    key = st.sampled_from(["conversations", "conversation"])
    turns = _conversation(turn("human", texts), turn("gpt", texts), turn("system", texts))
    tools = _function(texts).map(lambda one: json.dumps([one], ensure_ascii=False))
    more = _object({}, {"id": texts, "tools": tools})
    return st.tuples(key, turns, more).map(lambda made: {made[0]: made[1], **made[2]})


def sharegpt_calls(texts: Texts) -> st.SearchStrategy[Row]:
    """Turns of from and value, with a call and its reply."""

    def row(parts: tuple[str, dict[str, Any], str, str]) -> Row:
        asked, arguments, replied, answered = parts
        called = {"name": "look_up", "arguments": arguments}
        return {
            "conversations": [
                {"from": "human", "value": asked},
                {"from": "function_call", "value": json.dumps(called, ensure_ascii=False)},
                {"from": "observation", "value": replied},
                {"from": "gpt", "value": answered},
            ]
        }

    return st.tuples(texts, _arguments(texts), texts, texts).map(row)


def alpaca(texts: Texts) -> st.SearchStrategy[Row]:
    """Instruction, input and output."""
    history = st.lists(st.tuples(texts, texts).map(list), max_size=2)
    return _object(
        {"instruction": texts, "output": texts},
        {"input": st.one_of(texts, st.just("")), "system": texts, "history": history, "id": texts},
    )


def dolly(texts: Texts) -> st.SearchStrategy[Row]:
    """Instruction, context, response and category."""
    return _object(
        {"instruction": texts, "context": st.one_of(texts, st.just("")), "response": texts},
        {"category": texts},
    )


def question_answer(texts: Texts) -> st.SearchStrategy[Row]:
    """A question and its answer under the names people give them."""
    names = [("question", "answer"), ("Question", "Answer"), ("Query", "Answer"), ("q", "a")]
    more = _object({}, {"context": texts, "Input": texts, "id": texts})
    return st.tuples(st.sampled_from(names), texts, texts, more).map(
        lambda made: {made[0][0]: made[1], made[0][1]: made[2], **made[3]}
    )


def completion(texts: Texts) -> st.SearchStrategy[Row]:
    """Prompt and completion: texts, or lists of messages."""
    answers = st.sampled_from(["completion", "response"])
    more = _object({}, {"system": texts, "id": texts})
    listed = _object(
        {
            "prompt": st.lists(_message("user", texts), min_size=1, max_size=1),
            "completion": st.lists(_message("assistant", texts), min_size=1, max_size=1),
        }
    )
    plain = st.tuples(answers, st.one_of(texts, st.just("")), texts, more).map(
        lambda made: {"prompt": made[1], made[0]: made[2], **made[3]}
    )
    return st.one_of(plain, listed)


def preference(texts: Texts) -> st.SearchStrategy[Row]:
    """Chosen and rejected, each a text, one message, or a whole conversation."""
    answer = _message("assistant", texts)
    asked = st.sampled_from(["prompt", "question", "query"])
    plain = st.tuples(asked, texts, texts, texts).map(
        lambda made: {made[0]: made[1], "chosen": made[2], "rejected": made[3]}
    )
    listed = _object(
        {"prompt": st.lists(_message("user", texts), min_size=1, max_size=1)}
        | dict.fromkeys(("chosen", "rejected"), answer.map(lambda message: [message]))
    )
    whole = st.tuples(_message("user", texts), answer, answer).map(
        lambda made: {"chosen": [made[0], made[1]], "rejected": [made[0], made[2]]}
    )
    spoken = _object({"from": st.just("gpt"), "value": texts})
    shared = _object(
        {
            "conversations": st.lists(
                _object({"from": st.just("human"), "value": texts}), min_size=1, max_size=1
            ),
            "chosen": spoken,
            "rejected": spoken,
        }
    )
    instruct = _object(dict.fromkeys(("instruction", "input", "chosen", "rejected"), texts))
    return st.one_of(plain, listed, whole, shared, instruct)


def kto(texts: Texts) -> st.SearchStrategy[Row]:
    """Answers with a verdict, of which some cannot be read."""
    verdict = st.sampled_from([True, False, "true", "false", 1, 0, "perhaps", None])
    plain = _object({"prompt": texts, "completion": texts, "label": st.booleans()})
    odd = _object({"prompt": texts, "completion": texts, "kto_tag": verdict})
    chat = _object({"messages": _messages(texts), "label": verdict})
    tagged = _object({"messages": _messages(texts), "kto_tag": verdict})
    return st.one_of(plain, odd, chat, tagged)


def anthropic(texts: Texts) -> st.SearchStrategy[Row]:
    """System beside the messages, and blocks in them."""
    block = texts.map(lambda text: [{"type": "text", "text": text}])
    content = st.one_of(texts, block)
    thinking = st.tuples(texts, texts).map(
        lambda made: [
            {"type": "thinking", "thinking": made[0], "signature": "s"},
            {"type": "text", "text": made[1]},
        ]
    )
    plain = _object(
        {
            "system": st.one_of(texts, block),
            "messages": _conversation(
                _message("user", content), _message("assistant", st.one_of(content, thinking))
            ),
        }
    )

    def called(parts: tuple[str, dict[str, Any], str, str, dict[str, Any]]) -> Row:
        asked, arguments, replied, answered, tool = parts
        use = {"type": "tool_use", "id": "t1", "name": "look_up", "input": arguments}
        result = {"type": "tool_result", "tool_use_id": "t1", "content": replied}
        return {
            "messages": [
                {"role": "user", "content": asked},
                {"role": "assistant", "content": [use]},
                {"role": "user", "content": [result]},
                {"role": "assistant", "content": answered},
            ],
            "tools": [tool],
        }

    calls = st.tuples(texts, _arguments(texts), texts, texts, _function(texts, "input_schema"))
    part = texts.map(lambda text: [{"text": text}])
    bedrock = _object(
        {
            "schemaVersion": st.just("bedrock-conversation-2024"),
            "system": part,
            "messages": _conversation(_message("user", part), _message("assistant", part)),
        }
    )
    return st.one_of(plain, calls.map(called), bedrock)


def gemini(texts: Texts) -> st.SearchStrategy[Row]:
    """Contents of parts, some with a call and its reply."""
    parts = texts.map(lambda text: [{"text": text}])

    def turn(role: str, said: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return _object({"role": st.just(role), "parts": said})

    thought = st.tuples(texts, texts).map(
        lambda made: [{"text": made[0], "thought": True}, {"text": made[1]}]
    )
    system = _object({"parts": parts})
    plain = _object(
        {"contents": _conversation(turn("user", parts), turn("model", st.one_of(parts, thought)))},
        {"systemInstruction": system, "system_instruction": system, "labels": texts},
    )

    def called(made: tuple[str, dict[str, Any], dict[str, Any], str, dict[str, Any]]) -> Row:
        asked, arguments, replied, answered, function = made
        return {
            "contents": [
                {"role": "user", "parts": [{"text": asked}]},
                {
                    "role": "model",
                    "parts": [{"functionCall": {"name": "look_up", "args": arguments}}],
                },
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"name": "look_up", "response": replied}}],
                },
                {"role": "model", "parts": [{"text": answered}]},
            ],
            "tools": [{"functionDeclarations": [function]}],
        }

    calls = st.tuples(texts, _arguments(texts), _arguments(texts), texts, _function(texts))
    return st.one_of(plain, calls.map(called))


def open_assistant(texts: Texts) -> st.SearchStrategy[Row]:
    """Trees of messages; several replies to one."""

    def node(role: str, replies: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[Any]:
        rank = st.sampled_from([None, 0, 1])
        return _object({"role": st.just(role), "text": texts, "replies": replies, "rank": rank})

    last = node("prompter", st.just([]))
    answers = st.lists(node("assistant", st.lists(last, max_size=1)), min_size=1, max_size=2)
    return _object({"message_tree_id": st.just("t1"), "prompt": node("prompter", answers)})


def bare_text(texts: Texts) -> st.SearchStrategy[Row]:
    """A text, or a transcript with marked speakers."""
    pair = st.tuples(texts, texts)
    spoken = pair.map(lambda made: f"### Human: {made[0]}\n### Assistant: {made[1]}")
    chatml = pair.map(
        lambda made: (
            f"<|im_start|>user\n{made[0]}<|im_end|>\n<|im_start|>assistant\n{made[1]}<|im_end|>\n"
        )
    )
    return _object({"text": st.one_of(texts, spoken, chatml)}, {"meta": texts})


def bare_list(texts: Texts) -> st.SearchStrategy[Row]:
    """A conversation that is a list of messages, without an object around it."""
    return _messages(texts)


def of_no_format(texts: Texts) -> st.SearchStrategy[Row]:
    """Rows that no reader takes."""
    return st.one_of(
        _object({"title": texts, "body": texts}),
        _object({"role": st.just("user"), "content": texts}),
        texts,
        st.lists(texts, min_size=1, max_size=2),
    )


def chatgpt(texts: Texts) -> st.SearchStrategy[Row]:
    """Conversations of ChatGPT's export: a question asked again, so that there are branches."""

    def row(made: tuple[list[str], str, str, str, bool]) -> Row:
        said, other, hidden, title, opened = made
        kinds = [("system", hidden, "user_editable_context")]
        kinds += [("user", text, "text") if n % 2 == 0 else ("assistant", text, "text")
                  for n, text in enumerate(said)]  # fmt: skip
        keys = ["root", *(f"n{n}" for n in range(len(kinds)))]
        nodes: dict[str, Row] = {"root": {"id": "root", "message": None, "children": ["n0"]}}
        for key, before, (role, text, of) in zip(keys[1:], keys, kinds, strict=False):
            content = {"content_type": of, "parts": [text]}
            message = {"author": {"role": role}, "content": content, "recipient": "all"}
            nodes[key] = {"id": key, "message": message, "parent": before, "children": []}
            nodes[before]["children"] = [key]
        again = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [other]}}
        nodes = {"branch": {"message": again, "parent": "n0", "children": []}, **nodes}
        found = {"title": title, "mapping": nodes}
        return {**found, "current_node": keys[-1]} if opened else found

    said = st.lists(texts, min_size=1, max_size=5)
    return st.tuples(said, texts, texts, texts, st.booleans()).map(row)


def claude(texts: Texts) -> st.SearchStrategy[Row]:
    """Conversations of Claude's export: texts, blocks, and pasted files."""
    block = texts.map(lambda text: [{"type": "text", "text": text}])
    thinking = texts.map(lambda text: [{"type": "thinking", "thinking": text}])
    file = _object({"file_name": texts, "extracted_content": texts})

    def turn(sender: str) -> st.SearchStrategy[Row]:
        return _object(
            {"sender": st.just(sender), "text": texts},
            {"content": st.one_of(block, thinking, st.just([])),
             "attachments": st.lists(file, max_size=1), "uuid": texts},
        )  # fmt: skip

    turns = _conversation(turn("human"), turn("assistant"))
    return _object({"chat_messages": turns}, {"name": texts, "summary": texts})


def slack(texts: Texts) -> st.SearchStrategy[Row]:
    """Messages of a Slack export: of people, of a bot, and of Slack itself."""
    who = st.sampled_from(
        [{"user": "U1"}, {"bot_id": "B1"}, {"user": "U1", "subtype": "channel_join"}]
    )
    thread = st.sampled_from([{}, {"thread_ts": "1.1"}, {"thread_ts": "2.1"}])
    more = _object({"type": st.just("message"), "text": texts, "ts": st.just("1.2")},
                   {"topic": texts})  # fmt: skip
    return st.tuples(who, thread, more).map(lambda made: {**made[2], **made[0], **made[1]})


def people(texts: Texts) -> st.SearchStrategy[Row]:
    """Return an export of messages by people, as Google Chat, Discord and Messenger write them."""
    google = _object(
        {"creator": st.sampled_from([{"name": "Ann"}, {"name": "Moss", "email": "m@example.org"}]),
         "text": texts},
        {"topic_id": st.sampled_from(["a", "b"]), "message_id": texts,
         "created_date": st.just("Tuesday, January 2, 2024 at 3:04:05\u202fPM UTC")},
    )  # fmt: skip
    discord = _object({"author": st.just({"name": "Ann"}), "content": texts}, {"nick": texts})
    messenger = _object({"sender_name": st.sampled_from(["Ann", "Moss"]), "content": texts})
    some = [st.lists(one, min_size=1, max_size=4) for one in (google, discord, messenger)]
    return _object({"messages": st.one_of(some)}, {"name": texts})


def multiple_choice(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a question with choices, whose answer names one of them, none, or is words."""
    several = st.lists(texts, min_size=2, max_size=3)
    lettered = several.map(lambda made: dict(zip("ABC", made, strict=False)))
    answer = st.one_of(st.sampled_from([0, 1, "1", "B", "(a)", 7]), texts)
    return _object({"question": texts, "choices": st.one_of(several, lettered), "answer": answer})


def verl(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a row for a grader: a prompt of messages, and the truth within reward_model."""
    reward = _object({"ground_truth": texts}, {"style": texts})
    return _object(
        {"prompt": st.lists(_message("user", texts), min_size=1, max_size=1),
         "reward_model": reward},
        {"data_source": texts, "ability": texts},
    )  # fmt: skip


def written_calls(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a chat whose answer calls in its text, clearly or not, and a tool's reply to it."""
    asked = st.builds(lambda text: {"name": "look", "arguments": {"for": text}}, texts)
    call = asked.map(lambda one: f"<tool_call>{json.dumps(one, ensure_ascii=False)}</tool_call>")
    said = st.one_of(call, st.tuples(texts, call).map("".join), st.tuples(call, texts).map("".join))
    turns = st.tuples(
        _message("user", texts), _message("assistant", said),
        st.one_of(_message("tool", texts), _message("tool_response", texts)),
        _message("assistant", texts),
    )  # fmt: skip
    return turns.map(lambda made: {"messages": [*made]})


_SHAPES = (
    completion_log, one_message, asked_with_keys, verl, written_calls,
    chatgpt, claude, slack, people, multiple_choice,
    openai, openai_tools, openai_functions, openai_images, openai_pair, openai_more_keys,
    openai_nulls, hugging_face, sharegpt, sharegpt_calls, alpaca, dolly, question_answer,
    completion, preference, kto, anthropic, gemini, open_assistant, bare_text, bare_list,
    of_no_format,
)  # fmt: skip
FORMATS: Mapping[str, Callable[[Texts], st.SearchStrategy[Row]]] = {
    shape.__name__: shape for shape in _SHAPES
}
# The shapes that are taken as they are, or by taking something out of them.
OWN = ("openai", "openai_tools", "openai_functions", "openai_images", "openai_pair")


def row(texts: Texts = TEXTS) -> st.SearchStrategy[Row]:
    """Return one row of any shape."""
    return st.one_of([make(texts) for make in FORMATS.values()])


def rows(texts: Texts = TEXTS) -> st.SearchStrategy[list[Row]]:
    """Return rows of one shape, or of several in a random mixture, their texts told apart."""
    alike = st.sampled_from([*FORMATS.values()]).flatmap(
        lambda make: st.lists(make(texts), min_size=1, max_size=4)
    )
    mixed = st.lists(row(texts), min_size=1, max_size=5)
    return st.one_of(alike, mixed).map(numbered)


@dataclass(frozen=True, slots=True)
class AnyFile:
    """A file: its rows, how they lie in it (a key of `CONTAINERS`), and its bytes."""

    rows: list[Row]
    container: str
    data: bytes


def _dumped(value: Row, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **how)


# How rows may lie in a file.
CONTAINERS: Mapping[str, Callable[[list[Row]], str]] = {
    "lines": lambda rows: "".join(f"{_dumped(row)}\n" for row in rows),
    "lines of CR LF": lambda rows: "".join(f"{_dumped(row)}\r\n" for row in rows),
    "array": _dumped,
    "indented array": lambda rows: _dumped(rows, indent=2),
    "indented objects": lambda rows: "\n".join(_dumped(row, indent=2) for row in rows) + "\n",
    "wrapped array": lambda rows: _dumped({"data": rows}),
    "columns": lambda rows: _dumped(logged_rows.table_of_columns(rows)),
    "lists": lambda rows: _dumped(logged_rows.table_of_lists(rows), indent=1),
    "rows by index": lambda rows: _dumped(logged_rows.table_of_rows(rows)),
    "split": lambda rows: _dumped(logged_rows.table_split(rows)),
    "transcript": logged_rows.transcript,
}
IN_ONE_VALUE = (
    "array", "indented array", "wrapped array", "columns", "lists", "rows by index", "split",
)  # fmt: skip
# Those whose lines, or whose values one after another, are the rows.
IN_ROWS = ("lines", "lines of CR LF", "array", "indented array", "indented objects")


def files(
    texts: Texts = TEXTS, containers: tuple[str, ...] = tuple(CONTAINERS)
) -> st.SearchStrategy[AnyFile]:
    """Return whole files of such rows, as lines, arrays, and objects over several lines."""
    return st.tuples(rows(texts), st.sampled_from(containers)).map(
        lambda made: AnyFile(made[0], made[1], CONTAINERS[made[1]](made[0]).encode())
    )
