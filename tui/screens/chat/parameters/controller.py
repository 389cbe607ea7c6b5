"""Set the parameters of the next request: sampling, answer format and tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.core.chat.parameters import ChatParameters, default_temperature, tool_problem
from tui.core.provider.parsing import as_map
from tui.dispatch import handles
from tui.screens.chat.parameters.dialog import ParametersDialog
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.editor import TextEditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.controller_context import ScreenContext
    from tui.services.settings.profile import Profile

_FORMATS = (
    Choice("text", "Text", "any answer"),
    Choice("json", "JSON", "any JSON object; the prompt has to ask for JSON too"),
    Choice("schema", "JSON schema …", "JSON that follows a schema"),
)
_SCHEMA = {
    "name": "answer",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
}
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "What the weather is like at a place.",
            "parameters": {
                "type": "object",
                "properties": {"place": {"type": "string"}},
                "required": ["place"],
            },
        },
    }
]


def defaults_for(profile_kind: str) -> ChatParameters:
    """Return what to begin with at a provider of this kind; the lab's answers are kept short."""
    most = 200 if profile_kind == "lab" else None
    return ChatParameters(default_temperature(profile_kind), max_tokens=most)


class Parameters:
    """Knows the parameters in force. `changed` is called when they are others.

    `model` returns the model they are for.
    """

    def __init__(
        self, context: ScreenContext, changed: Callable[[], None], model: Callable[[], str]
    ) -> None:
        self._context, self._changed, self._model = context, changed, model
        self.now = ChatParameters()
        self._chosen = False

    def begin(self, profile: Profile) -> None:
        """Begin with the defaults of a provider, unless somebody has chosen."""
        if not self._chosen:
            self.now = defaults_for(profile.kind)

    def take(self, parameters: ChatParameters) -> None:
        """Ask with these from now on."""
        self.now, self._chosen = parameters, True
        self._changed()

    async def _left_out(self) -> frozenset[str]:
        """Return what this provider and this model do not take."""
        workspace = self._context.workspace
        profile = workspace.profile
        refused = await workspace.chat.not_taken(self._model())
        return refused | profile.provider_entry.not_in_chat

    @handles("chat.parameters", group="parameters")
    @opens
    async def set_parameters(self) -> None:
        """Set temperature, length, seed and the like; only what is taken is asked for."""
        dialog = ParametersDialog(self.now, await self._left_out())
        if (found := await self._context.ask(dialog)) is not None:
            self.take(found)

    @handles("chat.format", group="parameters")
    @opens
    async def set_format(self) -> None:
        """Choose text, JSON, or JSON after a schema."""
        if await self._refuses("response_format", "a format for its answers"):
            return
        form = as_map(self.now.response_format)
        kinds = {"json_object": "json", "json_schema": "schema"}
        now = kinds.get(str(form.get("type")), "text")
        chosen = await self._context.ask(Choose("Format of the answer", _FORMATS, now))
        if chosen == "schema":
            text = json.dumps(form.get("json_schema") or _SCHEMA, ensure_ascii=False, indent=2)
            text_ = await self._edit("JSON schema", text, schema_problem)
            if text_ is not None:
                wanted = {"type": "json_schema", "json_schema": json.loads(text_)}
                self.take(replace(self.now, response_format=wanted))
        elif chosen is not None:
            self.take(
                replace(
                    self.now,
                    response_format={"type": "json_object"} if chosen == "json" else None,
                )
            )

    @handles("chat.tools", group="parameters")
    @opens
    async def set_tools(self) -> None:
        """Define the functions that the model may call, as JSON."""
        if await self._refuses("tools", "tools"):
            return
        tools = [dict(tool) for tool in self.now.tools] or _TOOLS
        text = json.dumps(tools, ensure_ascii=False, indent=2)
        title = "Tools: a list of functions; empty is none"
        if (typed := await self._edit(title, text, tools_problem)) is not None:
            self.take(replace(self.now, tools=tuple(_list_of(typed))))

    async def _edit(self, title: str, text: str, check: Callable[[str], str]) -> str | None:
        return await self._context.ask(TextEditor(title, text, check, live=True))

    async def _refuses(self, name: str, words: str) -> bool:
        """Tell that the provider does not take something, if so."""
        refused = name in await self._left_out()
        if refused:
            self._context.tell(f"This provider takes no {words.removeprefix('a ')}.", seconds=4)
        return refused


def schema_problem(text: str) -> str:
    """Return what is wrong with a named JSON schema, or nothing."""
    value, problem = _parsed(text)
    if problem:
        return problem
    if not isinstance(value, Mapping):
        return "this is not a JSON object"
    if not isinstance(value.get("name"), str) or not value["name"]:
        return 'it needs a "name"'
    return "" if isinstance(value.get("schema"), Mapping) else 'it needs a "schema", an object'


def tools_problem(text: str) -> str:
    """Return what is wrong with a list of tools, or nothing; no text is no tools."""
    if not text.strip():
        return ""
    value, problem = _parsed(text)
    if problem:
        return problem
    tools = [value] if isinstance(value, Mapping) else value
    if not isinstance(tools, list):
        return "this is not a list of tools"
    for at, tool in enumerate(tools, start=1):
        wrong = tool_problem(tool) if isinstance(tool, Mapping) else "it is not a JSON object"
        if wrong:
            return f"tool {at}: {wrong}"
    return ""


def _list_of(text: str) -> list[Mapping[str, Any]]:
    value = json.loads(text) if text.strip() else []
    return [value] if isinstance(value, Mapping) else value


def _parsed(text: str) -> tuple[object, str]:
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError) as error:
        return None, f"not JSON: {error}"
