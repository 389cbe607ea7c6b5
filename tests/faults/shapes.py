"""Providers that lack a list, each as some real server or key does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.faults.server import Fault, html, problem, reply, said, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import FaultServer

JOBS = "GET /fine_tuning/jobs"
MODELS = "GET /models"
FILES = "GET /files"
CHAT = "POST /chat/completions"
SCOPE = (
    "You have insufficient permissions for this operation."
    " Missing scopes: api.fine_tuning.jobs.read."
)
UNEXPECTED = "Unexpected endpoint or method. (GET /v1/fine_tuning/jobs). Returning 200 anyway"

# How a server says that it has no list of jobs.
ABSENT: dict[str, Fault] = {
    "a 404 page": html(404),
    "plain text": reply(404, "404 page not found"),
    "FastAPI": reply(404, {"detail": "Not Found"}),
    "llama.cpp": reply(404, {"error": {"code": 404, "message": "File Not Found"}}),
    "with a code": reply(404, problem("Unknown request URL", code="unknown_url")),
    "vLLM": reply(404, {"object": "error", "message": "Not Found", "code": 404}),
    "nothing": reply(404, ""),
    "a method": reply(405, {"detail": "Method Not Allowed"}),
    "200 and an error": reply(200, {"error": UNEXPECTED}),
    "200 and a code": reply(200, {"error": {"code": 404, "message": "no route"}}),
}
# How a list of jobs fails otherwise, for good.
FAILING: dict[str, Fault] = {
    "restricted key": reply(403, problem(SCOPE, code="missing_scope")),
    "200 and a refusal": reply(200, {"error": {"message": "plan too small", "code": "plan"}}),
    "a page": html(200),
    "text": reply(200, '"jobs"'),
}
# How a server lists no models although it answers.
NO_MODELS: dict[str, Fault] = {
    **{name: ABSENT[name] for name in ("a 404 page", "FastAPI", "200 and an error")},
    "no data": reply(200, {"object": "list", "data": []}),
    "null": reply(200, "null"),
    "a null list": reply(200, {"data": None}),
    "an empty answer": reply(200, ""),
    "hung up after the head": Fault("stream", body=()),  # mlx_lm.server without a hub cache
    "forbidden": reply(403, problem("Missing scopes: model.read", code="missing_scope")),
}


def answering(server: FaultServer, text: str = "Ahoy") -> None:
    """Have every question answered."""
    server.always[CHAT] = stream(said(text), said("", "stop"))


def listing(server: FaultServer, *models: Any) -> None:
    """Have these models listed."""
    answer: Callable[[dict[str, str]], Any] = lambda _: {"object": "list", "data": [*models]}  # noqa: E731
    server.lists["/models"] = answer


def asked(server: FaultServer) -> list[Any]:
    """Return what models were asked for, each with its last message."""
    bodies = [json.loads(seen.body) for seen in server.seen if seen.path == "/chat/completions"]
    return [(body["model"], body["messages"][-1]["content"]) for body in bodies]
