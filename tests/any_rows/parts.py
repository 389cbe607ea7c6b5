"""What rows of several formats are made of: objects, messages, conversations, tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]
Row = Any


def object_of(
    required: Mapping[str, st.SearchStrategy[Any]],
    optional: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of these keys, the optional ones now and then."""
    return st.fixed_dictionaries(dict(required), optional=dict(optional or {}))


def message(role: str, content: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> Any:
    """Return messages of a role."""
    return object_of({"role": st.just(role), "content": content}, more)


def conversation(user: Any, assistant: Any, before: Any = None) -> st.SearchStrategy[list[Any]]:
    """Return one to three questions with their answers, maybe with a message before them."""
    pairs = st.lists(st.tuples(user, assistant), min_size=1, max_size=3)
    turns = pairs.map(lambda made: [message for pair in made for message in pair])
    if before is None:
        return turns
    return st.tuples(st.lists(before, max_size=1), turns).map(lambda both: [*both[0], *both[1]])


def messages(texts: Texts) -> st.SearchStrategy[list[Any]]:
    """Return chats, maybe with a system message."""
    return conversation(
        message("user", texts), message("assistant", texts), message("system", texts)
    )


def schema(texts: Texts) -> st.SearchStrategy[dict[str, Any]]:
    """Return the parameters of a function."""
    described = object_of({"type": st.just("string")}, {"description": texts})
    return object_of(
        {"type": st.just("object"), "properties": object_of({"city": described})},
        {"required": st.just(["city"])},
    )


def function(texts: Texts, parameters: str = "parameters") -> st.SearchStrategy[dict[str, Any]]:
    """Return functions, as tools define them."""
    return object_of(
        {"name": st.just("look_up"), parameters: schema(texts)}, {"description": texts}
    )


def tools(texts: Texts) -> st.SearchStrategy[list[Any]]:
    """Return lists of one tool."""
    return object_of({"type": st.just("function"), "function": function(texts)}).map(lambda t: [t])


def arguments(texts: Texts) -> st.SearchStrategy[dict[str, Any]]:
    """Return arguments of a call."""
    return object_of({"city": texts})
