"""A provider on loopback that answers chats by a rule, counts what it is asked, and misbehaves."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import Fault, FaultServer, Seen, problem
from tests.home import Home
from tui.services.compare import service as compare_service
from tui.services.compare.retry_policy import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

CHAT = "POST /chat/completions"


class ChatServer(FaultServer):
    """Answers with what `rule(model, question)` returns: a text, a message, or a fault.

    `asked` lists (model, question) in the order of arrival; `most` is how many were answered at
    one time.
    """

    def __init__(self, rule: Callable[[str, str], str | dict[str, Any] | Fault]) -> None:
        self.rule = rule
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.most = 0
        self.slow = 0.0
        self._at_once = 0
        self._counting = threading.Lock()
        super().__init__()

    def take(self, seen: Seen) -> Fault | None:
        found = super().take(seen)
        if found is not None or f"{seen.method} {seen.path}" != CHAT:
            return found
        body = json.loads(seen.body)
        question = str(body["messages"][-1]["content"])
        with self._counting:
            self.asked.append((body["model"], question))
            self.bodies.append(body)
            self._at_once += 1
            self.most = max(self.most, self._at_once)
        said = self.rule(body["model"], question)
        if self.slow:
            self._release.wait(self.slow)
        with self._counting:
            self._at_once -= 1
        return said if isinstance(said, Fault) else Fault("reply", body=_whole(said))


def _whole(said: str | dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": said} if isinstance(said, str) else said
    words = len(str(message.get("content") or "").split())
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": words, "total_tokens": 10 + words},
    }


def refused(status: int, message: str = "no", code: str | None = None, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("reply", status=status, body=problem(message, code=code), headers=named)


def chat_server(rule: Callable[[str, str], Any], models: Sequence[str] = ()) -> Any:
    """Return a fixture that gives a server answering by `rule`, and ends it with the test.

    With `models` it lists them, oldest first, and no jobs.
    """

    @pytest.fixture
    def server() -> Iterator[ChatServer]:
        one = ChatServer(rule)
        if models:
            data = [{"id": name, "created": 1_700_000_000 + n} for n, name in enumerate(models)]
            one.lists["/models"] = lambda _: {"data": data, "has_more": False}
            one.lists["/fine_tuning/jobs"] = lambda _: {"data": [], "has_more": False}
        yield one
        one.close()

    return server


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a comparison ask again at once what got no answer."""
    quick = partial(RetryPolicy, first_s=0.01, too_long_s=5.0)
    monkeypatch.setattr(compare_service, "RetryPolicy", quick)


@pytest.fixture
def home_at_server(tmp_path: Path, server: ChatServer) -> Home:
    """Give a home whose profile is at the server of the test."""
    write_config(tmp_path / "home", server.url, "timeout = 30")
    return Home(tmp_path / "home")
