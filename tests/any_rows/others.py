"""Rows of other formats: of trainers, of other providers, of benchmarks, and of none."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.any_rows.parts import (
    Row,
    Texts,
    arguments,
    conversation,
    function,
    message,
    messages,
    object_of,
)


def sharegpt(texts: Texts) -> st.SearchStrategy[Row]:
    """Turns of from and value, some with tools."""

    def turn(speaker: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return object_of({"from": st.just(speaker), "value": value}, {"weight": st.just(0)})

    key = st.sampled_from(["conversations", "conversation"])
    turns = conversation(turn("human", texts), turn("gpt", texts), turn("system", texts))
    tools = function(texts).map(lambda one: json.dumps([one], ensure_ascii=False))
    more = object_of({}, {"id": texts, "tools": tools})
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

    return st.tuples(texts, arguments(texts), texts, texts).map(row)


def alpaca(texts: Texts) -> st.SearchStrategy[Row]:
    """Instruction, input and output."""
    history = st.lists(st.tuples(texts, texts).map(list), max_size=2)
    return object_of(
        {"instruction": texts, "output": texts},
        {"input": st.one_of(texts, st.just("")), "system": texts, "history": history, "id": texts},
    )


def dolly(texts: Texts) -> st.SearchStrategy[Row]:
    """Instruction, context, response and category."""
    return object_of(
        {"instruction": texts, "context": st.one_of(texts, st.just("")), "response": texts},
        {"category": texts},
    )


def question_answer(texts: Texts) -> st.SearchStrategy[Row]:
    """A question and its answer under the names people give them."""
    names = [("question", "answer"), ("Question", "Answer"), ("Query", "Answer"), ("q", "a")]
    more = object_of({}, {"context": texts, "Input": texts, "id": texts})
    return st.tuples(st.sampled_from(names), texts, texts, more).map(
        lambda made: {made[0][0]: made[1], made[0][1]: made[2], **made[3]}
    )


def completion(texts: Texts) -> st.SearchStrategy[Row]:
    """Prompt and completion: texts, or lists of messages."""
    answers = st.sampled_from(["completion", "response"])
    more = object_of({}, {"system": texts, "id": texts})
    listed = object_of(
        {
            "prompt": st.lists(message("user", texts), min_size=1, max_size=1),
            "completion": st.lists(message("assistant", texts), min_size=1, max_size=1),
        }
    )
    plain = st.tuples(answers, st.one_of(texts, st.just("")), texts, more).map(
        lambda made: {"prompt": made[1], made[0]: made[2], **made[3]}
    )
    return st.one_of(plain, listed)


def preference(texts: Texts) -> st.SearchStrategy[Row]:
    """Chosen and rejected, each a text, one message, or a whole conversation."""
    answer = message("assistant", texts)
    asked = st.sampled_from(["prompt", "question", "query"])
    plain = st.tuples(asked, texts, texts, texts).map(
        lambda made: {made[0]: made[1], "chosen": made[2], "rejected": made[3]}
    )
    listed = object_of(
        {"prompt": st.lists(message("user", texts), min_size=1, max_size=1)}
        | dict.fromkeys(("chosen", "rejected"), answer.map(lambda message: [message]))
    )
    whole = st.tuples(message("user", texts), answer, answer).map(
        lambda made: {"chosen": [made[0], made[1]], "rejected": [made[0], made[2]]}
    )
    spoken = object_of({"from": st.just("gpt"), "value": texts})
    shared = object_of(
        {
            "conversations": st.lists(
                object_of({"from": st.just("human"), "value": texts}), min_size=1, max_size=1
            ),
            "chosen": spoken,
            "rejected": spoken,
        }
    )
    instruct = object_of(dict.fromkeys(("instruction", "input", "chosen", "rejected"), texts))
    return st.one_of(plain, listed, whole, shared, instruct)


def kto(texts: Texts) -> st.SearchStrategy[Row]:
    """Answers with a verdict, of which some cannot be read."""
    verdict = st.sampled_from([True, False, "true", "false", 1, 0, "perhaps", None])
    plain = object_of({"prompt": texts, "completion": texts, "label": st.booleans()})
    odd = object_of({"prompt": texts, "completion": texts, "kto_tag": verdict})
    chat = object_of({"messages": messages(texts), "label": verdict})
    tagged = object_of({"messages": messages(texts), "kto_tag": verdict})
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
    plain = object_of(
        {
            "system": st.one_of(texts, block),
            "messages": conversation(
                message("user", content), message("assistant", st.one_of(content, thinking))
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

    calls = st.tuples(texts, arguments(texts), texts, texts, function(texts, "input_schema"))
    part = texts.map(lambda text: [{"text": text}])
    bedrock = object_of(
        {
            "schemaVersion": st.just("bedrock-conversation-2024"),
            "system": part,
            "messages": conversation(message("user", part), message("assistant", part)),
        }
    )
    return st.one_of(plain, calls.map(called), bedrock)


def gemini(texts: Texts) -> st.SearchStrategy[Row]:
    """Contents of parts, some with a call and its reply."""
    parts = texts.map(lambda text: [{"text": text}])

    def turn(role: str, said: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return object_of({"role": st.just(role), "parts": said})

    thought = st.tuples(texts, texts).map(
        lambda made: [{"text": made[0], "thought": True}, {"text": made[1]}]
    )
    system = object_of({"parts": parts})
    plain = object_of(
        {"contents": conversation(turn("user", parts), turn("model", st.one_of(parts, thought)))},
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

    calls = st.tuples(texts, arguments(texts), arguments(texts), texts, function(texts))
    return st.one_of(plain, calls.map(called))


def bare_text(texts: Texts) -> st.SearchStrategy[Row]:
    """A text, or a transcript with marked speakers."""
    pair = st.tuples(texts, texts)
    spoken = pair.map(lambda made: f"### Human: {made[0]}\n### Assistant: {made[1]}")
    chatml = pair.map(
        lambda made: (
            f"<|im_start|>user\n{made[0]}<|im_end|>\n<|im_start|>assistant\n{made[1]}<|im_end|>\n"
        )
    )
    return object_of({"text": st.one_of(texts, spoken, chatml)}, {"meta": texts})


def bare_list(texts: Texts) -> st.SearchStrategy[Row]:
    """A conversation that is a list of messages, without an object around it."""
    return messages(texts)


def of_no_format(texts: Texts) -> st.SearchStrategy[Row]:
    """Rows that no reader takes."""
    return st.one_of(
        object_of({"title": texts, "body": texts}),
        object_of({"role": st.just("user"), "content": texts}),
        texts,
        st.lists(texts, min_size=1, max_size=2),
    )


def multiple_choice(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a question with choices, whose answer names one of them, none, or is words."""
    several = st.lists(texts, min_size=2, max_size=3)
    lettered = several.map(lambda made: dict(zip("ABC", made, strict=False)))
    answer = st.one_of(st.sampled_from([0, 1, "1", "B", "(a)", 7]), texts)
    return object_of({"question": texts, "choices": st.one_of(several, lettered), "answer": answer})


def verl(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a row for a grader: a prompt of messages, and the truth within reward_model."""
    reward = object_of({"ground_truth": texts}, {"style": texts})
    return object_of(
        {"prompt": st.lists(message("user", texts), min_size=1, max_size=1),
         "reward_model": reward},
        {"data_source": texts, "ability": texts},
    )  # fmt: skip


def written_calls(texts: Texts) -> st.SearchStrategy[Row]:
    """Return a chat whose answer calls in its text, clearly or not, and a tool's reply to it."""
    asked = st.builds(lambda text: {"name": "look", "arguments": {"for": text}}, texts)
    call = asked.map(lambda one: f"<tool_call>{json.dumps(one, ensure_ascii=False)}</tool_call>")
    said = st.one_of(call, st.tuples(texts, call).map("".join), st.tuples(call, texts).map("".join))
    turns = st.tuples(
        message("user", texts), message("assistant", said),
        st.one_of(message("tool", texts), message("tool_response", texts)),
        message("assistant", texts),
    )  # fmt: skip
    return turns.map(lambda made: {"messages": [*made]})
