"""Edits of one example: each takes an example and returns a new one; nothing is changed in place.

Keys and values an edit does not concern are carried over as they are.
"""

from tui.core.edits.base import EditError, other_keys
from tui.core.edits.calls import (
    CallDraft,
    delete_call,
    new_call_id,
    open_calls,
    put_call,
    set_parallel,
    set_tool_call_id,
    set_tools,
)
from tui.core.edits.content import (
    add_part,
    delete_part,
    image_part,
    parts_of,
    set_detail,
    set_part_text,
    set_url,
    text_part,
)
from tui.core.edits.messages import (
    delete_message,
    insert_message,
    move_message,
    next_role,
    set_name,
    set_refusal,
    set_role,
    set_text,
    set_weight,
)
from tui.core.edits.pairs import pair_from, preference_pair, swap_outputs
from tui.core.edits.whole import (
    TEMPLATES,
    cut_trailing,
    merge,
    new_example,
    new_like,
    split_at,
)

__all__ = [
    "TEMPLATES",
    "CallDraft",
    "EditError",
    "add_part",
    "cut_trailing",
    "delete_call",
    "delete_message",
    "delete_part",
    "image_part",
    "insert_message",
    "merge",
    "move_message",
    "new_call_id",
    "new_example",
    "new_like",
    "next_role",
    "open_calls",
    "other_keys",
    "pair_from",
    "parts_of",
    "preference_pair",
    "put_call",
    "set_detail",
    "set_name",
    "set_parallel",
    "set_part_text",
    "set_refusal",
    "set_role",
    "set_text",
    "set_tool_call_id",
    "set_tools",
    "set_url",
    "set_weight",
    "split_at",
    "swap_outputs",
    "text_part",
]
