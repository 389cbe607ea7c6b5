"""Logs of completions: a request with its answer, as proxies, tracers and batches keep them.

The request is OpenAI's, Anthropic's or Gemini's; the reader of that format takes it, with the
answer behind it. What is missing, cut off or failed is refused with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.formats.results import Notes, Object, RefusedRow, Unfit
from tui.core.formats.supported.anthropic import read_anthropic
from tui.core.formats.supported.chat import read_hf
from tui.core.formats.supported.gemini import read_gemini
from tui.core.formats.supported.logged_answers import Answer, answer_in, messages_in
from tui.core.formats.turns import ends_in_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_REQUESTS = (
    "request", "request_body", "requestBody", "body", "params", "kwargs", "modelInput", "input",
    "inputs",
)  # fmt: skip
_ANSWERS = (
    "response", "response_body", "responseBody", "output", "outputs", "completion", "result",
    "modelOutput",
)  # fmt: skip
# Beside messages that end with the question, these alone are an answer as plain text: what a
# grader reads is called output or answer as well.
_PLAIN_ANSWERS = {"response", "completion"}
_USED = ("messages", "contents", "tools", "functions", "function_call", "parallel_tool_calls",
         "system", "systemInstruction", "system_instruction")  # fmt: skip
BATCH_ID = "custom_id"
TOGETHER = "convert the folder"  # what helps where a row lacks what another file has
_CUT = {"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "incomplete"}
_BLOCKED = {"content_filter", "SAFETY", "RECITATION", "refusal"}


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """What is logged in a row: the keys of request and answer ("" where there is none), and both.

    The key of a request is "" too where the row itself is one.
    """

    request_key: str
    request: Mapping[str, Any] | None
    answer_key: str
    answer: object

    @property
    def words(self) -> str:
        """What the row was told by."""
        if self.request is None:
            return "a response without its request"
        if self.answer is None:
            return "a request without its response"
        return f"{self.request_key or 'messages'} with {self.answer_key or 'choices'}"


def logged(row: Mapping[str, Any]) -> LoggedCall | None:
    """Return what is logged in a row; None for a row that is not of a log."""
    key, request = request_of(row)
    answer_key, answer = _answer(row, by_itself=not key)
    batch = isinstance(row.get(BATCH_ID), str) and any(k in row for k in (*_REQUESTS, *_ANSWERS))
    own = _is_response(row)
    if own:
        answer_key, answer = "", row
    if (request is not None and answer is not None) or own or batch:
        return LoggedCall(key, request, answer_key, answer)
    return None


def read_log(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a request and its answer as one example."""
    found = logged(row)
    if found is None:
        raise Unfit(f"no request with its response; it has {', '.join(map(str, [*row][:6]))}")
    _refuse_failure(row, found)
    request, answer = found.request, answer_in(found.answer, found.answer_key)
    if request is None:
        raise RefusedRow(_lone("an answer without its question", "the batch's input file", row))
    if answer is None:
        raise RefusedRow(_lone("a question without its answer", "the batch's output file", row))
    _refuse_unfinished(answer)
    made = _example(request, answer, notes)
    _lose_the_rest(row, found, answer, notes)
    return made


def request_of(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """Return the key of a logged request ("" for the row itself), and it; None without one."""
    for key in _REQUESTS:
        request = _request_in(decoded_cell(row.get(key)))
        if request is not None:
            return key, request
    if isinstance(row.get("messages"), list) or isinstance(row.get("contents"), list):
        return "", row
    return "", None


def _request_in(value: object) -> Mapping[str, Any] | None:
    """Return a request: an object with messages, whatever the tracer wraps them in."""
    if isinstance(value, list):
        messages = messages_in(value)
        return None if messages is None else {"messages": messages}
    if not isinstance(value, dict):
        return None
    for inner in ("body", "json", "kwargs"):
        if isinstance(value.get(inner), dict) and "messages" not in value:
            found = _request_in(value[inner])
            rest = {k: v for k, v in value.items() if k != inner}
            return {**found, "beside": rest} if found and rest else found
    if isinstance(value.get("contents"), list) and value["contents"]:
        return value
    if (messages := messages_in(value.get("messages"))) is not None:
        return {**value, "messages": messages}
    return _of_responses(value)


def _of_responses(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a request to the Responses API, or one of a prompt, as one with messages."""
    asked = value.get("input", value.get("prompt"))
    if "model" not in value or not asked:
        return None
    key = "input" if "input" in value else "prompt"
    messages = (
        [{"role": "user", "content": asked}] if isinstance(asked, str) else messages_in(asked)
    )
    if messages is None:
        return None
    rest = {k: v for k, v in value.items() if k not in {key, "instructions"}}
    if isinstance(value.get("instructions"), str) and value["instructions"]:
        messages = [{"role": "system", "content": value["instructions"]}, *messages]
    return {**rest, "messages": messages}


def _answer(row: Mapping[str, Any], *, by_itself: bool) -> tuple[str, object]:
    """Return the key of the answer, and it. `by_itself`: the request is the row itself."""
    for key in _ANSWERS:
        value = decoded_cell(row.get(key))
        if value in (None, "", [], {}):
            continue
        if by_itself and isinstance(value, str) and key not in _PLAIN_ANSWERS:
            continue
        if by_itself and (not _asks(row) and not _is_response(value)):
            continue
        if answer_in(value, key) is not None:
            return key, value
    return "", None


def _asks(row: Mapping[str, Any]) -> bool:
    turns = row.get("messages", row.get("contents"))
    return isinstance(turns, list) and bool(turns) and not ends_in_answer(turns)


def _is_response(value: object) -> bool:
    """Whether a value is a response of a server as it came."""
    if not isinstance(value, dict):
        return False
    choices = value.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return "message" in choices[0] or isinstance(choices[0].get("text"), str)
    if value.get("object") == "response":
        return isinstance(value.get("output"), list)
    return "candidates" in value and isinstance(value["candidates"], list)


def decoded_cell(value: object) -> object:
    """Return what a text holds that is JSON in a cell; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _refuse_failure(row: Mapping[str, Any], found: LoggedCall) -> None:
    error = row.get("error")
    result = row.get("result")
    kind = result.get("type") if isinstance(result, dict) else None
    if not error and isinstance(result, dict) and str(kind) in {"errored", "expired"}:
        error = result.get("error") or kind
    if error and found.answer is None:
        said = error.get("message", error) if isinstance(error, dict) else error
        raise RefusedRow(
            f"the request failed: {json.dumps(said, ensure_ascii=False, default=str):.80}"
        )


def _lone(what: str, other: str, row: Mapping[str, Any]) -> str:
    if isinstance(row.get(BATCH_ID), str):
        return f"{what}: put {other} into the same folder, and {TOGETHER}"
    return f"{what}, which the log would have to hold too"


def _refuse_unfinished(answer: Answer) -> None:
    if answer.finish in _CUT:
        raise RefusedRow(f"the answer was cut off (finish_reason {answer.finish})")
    if answer.finish in _BLOCKED:
        raise RefusedRow(f"the answer was withheld (finish_reason {answer.finish})")


def _example(request: Mapping[str, Any], answer: Answer, notes: Notes) -> Object:
    used = {key: request[key] for key in _USED if request.get(key) not in (None, "", [], {})}
    if answer.dialect == "gemini" or "contents" in used:
        used["contents"] = [*_turns(used.get("contents")), *answer.messages]
        return read_gemini(used, notes)
    messages = [*_turns(used.get("messages")), *answer.messages]
    if answer.whole:  # the answer has the question too
        messages = list(answer.messages)
    made = {**used, "messages": messages}
    if answer.dialect == "anthropic" or isinstance(used.get("system"), list):
        return read_anthropic(made, notes)
    return read_hf(made, notes)


def _turns(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _lose_the_rest(row: Mapping[str, Any], found: LoggedCall, answer: Answer, notes: Notes) -> None:
    """Remark on all of a row that is in no message: of the request, of the response, beside."""
    request = {k: v for k, v in (found.request or {}).items() if k not in _USED}
    beside = {k: v for k, v in row.items() if k not in {found.request_key, found.answer_key}}
    if not found.request_key:
        request = {}
        beside = {k: v for k, v in beside.items() if k not in _USED}
    if not found.answer_key:
        beside = {}
    for name, rest in (
        ("request, beside its messages", request),
        ("response, beside its message", answer.rest),
        ("log, beside request and response", beside),
    ):
        left = {k: v for k, v in rest.items() if v not in (None, "", [], {})}
        if left:
            notes.lose(name, left)
