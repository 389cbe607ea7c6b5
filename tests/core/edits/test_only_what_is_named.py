"""Each edit changes what it names and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.edits.examples import at, made
from tui.core import edits

if TYPE_CHECKING:
    from tui.core.dataset.example import Example, Place

KEPT = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.integers() | st.text(max_size=3))
TEXT = st.text(max_size=5)
MESSAGES = st.lists(
    st.builds(
        lambda role, content, kept: {"role": role, "content": content, **kept},
        st.sampled_from(["user", "assistant", "tool"]),
        TEXT | st.lists(st.builds(lambda t: {"type": "text", "text": t, "k": 1}, TEXT), min_size=1),
        KEPT,
    ),
    min_size=1,
    max_size=4,
)
# What an edit does, and the keys of the message it may touch.
EDITS: list[tuple[Callable[[Example, Place], Example], set[str]]] = [
    (lambda e, p: edits.set_text(e, p, "t"), {"content"}),
    (lambda e, p: edits.set_role(e, p, "user"), {"role", "weight"}),
    (lambda e, p: edits.set_name(e, p, "n"), {"name"}),
    (lambda e, p: edits.set_weight(e, p, 0), {"weight"}),
    (lambda e, p: edits.set_refusal(e, p, "no"), {"refusal"}),
    (lambda e, p: edits.put_call(e, p, 0, edits.CallDraft("f", "{}", "i")), {"tool_calls"}),
    (lambda e, p: edits.set_tool_call_id(e, p, "i"), {"tool_call_id"}),
    (lambda e, p: edits.set_part_text(e, p, 0, "t"), {"content"}),
    (lambda e, p: edits.add_part(e, p, edits.image_part("u")), {"content"}),
    (lambda e, p: edits.delete_part(e, p, 0), {"content"}),
]


def without(raw: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k not in keys}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, KEPT, st.data())
def test_an_edit_changes_only_what_it_names(
    messages: list[dict[str, Any]], kept: dict[str, Any], data: st.DataObject
) -> None:
    example = made({"messages": messages, **kept})
    index = data.draw(st.integers(0, len(messages) - 1))
    edit, touched = data.draw(st.sampled_from(EDITS))
    before = repr(example.raw)
    try:
        changed = edit(example, at(index))
    except edits.EditError:
        return
    finally:
        assert repr(example.raw) == before
    assert without(changed.raw, {"messages"}) == kept
    for number, (old, new) in enumerate(zip(messages, changed.raw["messages"], strict=True)):
        hidden = touched if number == index else set()
        assert without(old, hidden) == without(new, hidden)
