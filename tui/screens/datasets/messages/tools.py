"""Edit tool use: the calls of an answer, the call a reply belongs to, an example's tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Input, Static, TextArea

from tui.commands import key_of
from tui.core import edits
from tui.core.edits.whole import setting
from tui.core.text import json_text
from tui.core.text.text import one_line, visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import leave
from tui.screens.dialogs.editor import CHECKED_TYPING, NOT_KEPT, too_long, typed_line
from tui.screens.dialogs.kept_fields import place_of
from tui.services.errors import InputError
from tui.widgets.field import Field
from tui.widgets.text_fields import EditArea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter


class CallEditor(Dialog[edits.CallDraft]):
    """A call's name, id and arguments; the arguments are checked as JSON while typed."""

    DEFAULT_CSS = """
    CallEditor > .dialog { width: 96%; height: 92%; }
    CallEditor TextArea { height: 1fr; margin: 1 0 0 0; }
    """
    WHERE = "call"

    def __init__(self, title: str, draft: edits.CallDraft, tools: Sequence[str]) -> None:
        super().__init__(title)
        self._draft = draft
        self._tools = tools

    def compose_content(self) -> ComposeResult:
        """Lay out the fields, the arguments and the keys."""
        known = one_line(f"defined: {', '.join(self._tools)}" if self._tools else "", 40)
        yield Field("name", "Tool", self._draft.name, known)
        yield Field("call_id", "Id", self._draft.id, "a reply names it")
        yield EditArea(self._draft.arguments, soft_wrap=True, tab_behavior="focus", id="arguments")
        yield Static("", id="verdict", markup=False)
        yield self.key_hints(next="next")

    def on_mount(self) -> None:
        """Begin at the arguments of a call there is, at the name of a new one."""
        self.query_one("#name" if not self._draft.name else "TextArea").focus()

    def _typed(self) -> edits.CallDraft:
        draft = self._draft
        name, call_id = (self.query_one(f"#{n}", Input).value for n in ("name", "call_id"))
        return edits.CallDraft(
            typed_line(name, draft.name),
            self.query_one(TextArea).text,
            typed_line(call_id, draft.id),
        )

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say what is wrong with the arguments as they are typed."""
        if len(event.text_area.text) <= CHECKED_TYPING:
            self._judge()

    def _judge(self, *, keeping: bool = False) -> bool:
        problem = arguments_problem(self.query_one(TextArea).text)
        wrong = f"✗ {NOT_KEPT if keeping else ''}{visible(problem)}"
        text = Text(wrong, "red") if problem else Text("✓ JSON object", "green")
        self.query_one("#verdict", Static).update(text)
        return not problem

    @handles("call.keep")
    def keep(self) -> None:
        """Answer with the call unless something is wrong with it."""
        typed = self._typed()
        self.query_one("#field-name", Field).say("" if typed.name else "A call names its tool.")
        if self._judge(keeping=True) and typed.name:
            self.dismiss(typed)

    @handles("call.leave")
    def leave(self) -> None:
        """Leave; asks when something was typed."""
        leave(self, "call", typed=self._typed() != self._draft)


class ToolUse:
    """Edits calls, replies and tools."""

    def __init__(self, context: DatasetContext, rewriter: ExampleRewriter) -> None:
        self._context, self._rewriter = context, rewriter

    async def edit_call(self, message: Message, number: int, at: int) -> None:
        """Edit a call of a message, or add one past the last."""
        example = await self._rewriter.example_here(at)
        known = message.tool_calls[number] if number < len(message.tool_calls) else None
        text = known.arguments if known else "{}"
        if too_long(text):
            raise InputError(
                "Too long to edit here",
                "these arguments are very long",
                f"Press {key_of('datasets.raw_menu')} for $EDITOR",
            )
        laid = text if json_text.problem(text) else json_text.pretty(text)
        call_id = known.id if known else edits.new_call_id(example)
        shown = edits.CallDraft(known.name if known else "", laid, call_id)
        title = f"{'call' if known else 'new call'} · example {at + 1}"
        dialog = CallEditor(title, shown, tool_names(setting(example, "tools")))
        if (document := self._context.document) is not None:
            dialog.kept_at = place_of(f"{title} of {document.path.name}")
        draft = await self._context.ask(dialog)
        if draft is None or draft == shown:
            return
        arguments = text
        if not json_text.same(draft.arguments, text):
            arguments = json_text.flat(draft.arguments, text.encode("utf-8", "replace"))
        made = edits.CallDraft(draft.name, arguments, draft.id)
        label = "edit call" if known else "add call"
        await self._rewriter.rewrite(
            label, lambda e: edits.put_call(e, message.place, number, made), at
        )

    async def edit_one(self, message: Message, at: int) -> None:
        """Edit the call of a message, or the one chosen of several."""
        number = await self._choose(message, "Edit which call?")
        if number is not None:
            await self.edit_call(message, number, at)

    async def delete_call(self, message: Message, at: int) -> None:
        """Choose a call of a message and take it out."""
        number = await self._choose(message, "Delete which call?")
        if number is not None:
            await self._rewriter.rewrite(
                "delete call", lambda e: edits.delete_call(e, message.place, number), at
            )

    async def _choose(self, message: Message, question: str) -> int | None:
        if len(message.tool_calls) == 1:
            return 0
        calls = enumerate(message.tool_calls)
        choices = [Choice(at, call.name, f"{call.id} {call.arguments}") for at, call in calls]
        return await self._context.ask(Choose(question, choices))

    async def choose_answered(self, message: Message, at: int) -> None:
        """Choose which of the open calls a tool message answers."""
        example = await self._rewriter.example_here(at)
        calls = edits.open_calls(example, message.place)
        choices = [Choice(c.id, c.id, f"{c.name}({c.arguments})") for c in calls]
        empty = "no open call before this message: each is answered already"
        chosen = await self._context.ask(
            Choose("Which call does it answer?", choices, message.tool_call_id, empty=empty)
        )
        if chosen is not None and chosen != message.tool_call_id:
            await self._rewriter.rewrite(
                "answer call", lambda e: edits.set_tool_call_id(e, message.place, chosen), at
            )

    async def edit_tools(self, at: int) -> None:
        """Edit the tools of an example as JSON; an empty text takes them away."""
        tools = setting(await self._rewriter.example_here(at), "tools")
        text = "" if tools is None else json_text.pretty(json.dumps(tools, ensure_ascii=False))
        title = f"tools · example {at + 1} · empty: none"
        new = await self._rewriter.ask_text(title, text, tools_problem, live=True, suffix=".json")
        if new is None or new == text:
            return
        made = json.loads(new) if new.strip() else None
        await self._rewriter.rewrite("edit tools", lambda e: edits.set_tools(e, made), at)

    async def choose_parallel(self, at: int) -> None:
        """Choose whether the model may call several tools at once."""
        now = setting(await self._rewriter.example_here(at), "parallel_tool_calls")
        choices = [
            Choice("none", "not set", "the provider decides"),
            Choice("true", "true", "several calls in one answer"),
            Choice("false", "false", "one call at a time"),
        ]
        current = "none" if now is None else str(now).lower()
        chosen = await self._context.ask(Choose("parallel_tool_calls", choices, current))
        if chosen is not None and chosen != current:
            value = None if chosen == "none" else chosen == "true"
            await self._rewriter.rewrite(
                "parallel calls", lambda e: edits.set_parallel(e, value), at
            )


def arguments_problem(text: str) -> str:
    """Return what keeps a text from being a call's arguments, or nothing."""
    if problem := json_text.problem(text):
        return problem
    return "" if text.lstrip().startswith("{") else "arguments are an object: { … }"


def tools_problem(text: str) -> str:
    """Return what keeps a text from being a list of tools, or nothing."""
    if not text.strip():
        return ""
    if problem := json_text.problem(text):
        return problem
    tools = json.loads(text)
    if not isinstance(tools, list):
        return "tools are a list: [ … ]"
    for number, tool in enumerate(tools, 1):
        if not isinstance(tool, dict) or tool.get("type") != "function":
            return f'tool {number}: write {{"type": "function", "function": {{ … }}}}'
        if len(tool_names([tool])) != 1:
            return f"tool {number}: its function has no name"
    return ""


def tool_names(tools: object) -> list[str]:
    """Return the names of the tools that have one."""
    found = []
    for tool in tools if isinstance(tools, list) else []:
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str) and name:
            found.append(name)
    return found
