"""Rows of exports: trees of messages, chats with a model, threads of people."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.any_rows.parts import (
    Row,
    Texts,
    conversation,
    object_of,
)


def open_assistant(texts: Texts) -> st.SearchStrategy[Row]:
    """Trees of messages; several replies to one."""

    def node(role: str, replies: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[Any]:
        rank = st.sampled_from([None, 0, 1])
        return object_of({"role": st.just(role), "text": texts, "replies": replies, "rank": rank})

    last = node("prompter", st.just([]))
    answers = st.lists(node("assistant", st.lists(last, max_size=1)), min_size=1, max_size=2)
    return object_of({"message_tree_id": st.just("t1"), "prompt": node("prompter", answers)})


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
    file = object_of({"file_name": texts, "extracted_content": texts})

    def turn(sender: str) -> st.SearchStrategy[Row]:
        return object_of(
            {"sender": st.just(sender), "text": texts},
            {"content": st.one_of(block, thinking, st.just([])),
             "attachments": st.lists(file, max_size=1), "uuid": texts},
        )  # fmt: skip

    turns = conversation(turn("human"), turn("assistant"))
    return object_of({"chat_messages": turns}, {"name": texts, "summary": texts})


def slack(texts: Texts) -> st.SearchStrategy[Row]:
    """Messages of a Slack export: of people, of a bot, and of Slack itself."""
    who = st.sampled_from(
        [{"user": "U1"}, {"bot_id": "B1"}, {"user": "U1", "subtype": "channel_join"}]
    )
    thread = st.sampled_from([{}, {"thread_ts": "1.1"}, {"thread_ts": "2.1"}])
    more = object_of({"type": st.just("message"), "text": texts, "ts": st.just("1.2")},
                   {"topic": texts})  # fmt: skip
    return st.tuples(who, thread, more).map(lambda made: {**made[2], **made[0], **made[1]})


def people(texts: Texts) -> st.SearchStrategy[Row]:
    """Return an export of messages by people, as Google Chat, Discord and Messenger write them."""
    google = object_of(
        {"creator": st.sampled_from([{"name": "Ann"}, {"name": "Moss", "email": "m@example.org"}]),
         "text": texts},
        {"topic_id": st.sampled_from(["a", "b"]), "message_id": texts,
         "created_date": st.just("Tuesday, January 2, 2024 at 3:04:05\u202fPM UTC")},
    )  # fmt: skip
    discord = object_of({"author": st.just({"name": "Ann"}), "content": texts}, {"nick": texts})
    messenger = object_of({"sender_name": st.sampled_from(["Ann", "Moss"]), "content": texts})
    some = [st.lists(one, min_size=1, max_size=4) for one in (google, discord, messenger)]
    return object_of({"messages": st.one_of(some)}, {"name": texts})
