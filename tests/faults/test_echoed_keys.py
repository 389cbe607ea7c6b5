"""A server that repeats the key in everything it says: the key leaves the program nowhere."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.faults.server import Fault, FaultServer, Seen, html, problem, reply, said, sse, stream
from tests.home import Home, enter_home
from tests.screens.test_layout import shown
from tests.served import served
from tests.until import toasts, until
from tui.app import FinetuiApp
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Each test has a key of its own: what one has taught the process must not help another.
KEY = "sk-echo-{:04d}+Zq81/Xv77=QwErTyUiOp&x~"
_numbers = iter(range(1000))
PIECE = 12


def echoes(key: str) -> dict[str, Callable[[], Fault]]:
    """Return what a server may answer that repeats a key, by name."""
    both = base64.b64encode(f"user:{key}".encode()).decode()
    lone = json.dumps(f"you sent {key}")
    return {
        "message": lambda: reply(401, problem(f"Incorrect API key provided: {key}.")),
        "code": lambda: reply(400, problem("no", code=key, param=f"Bearer {key}")),
        "text": lambda: reply(500, f"Authorization: Bearer {key} " * 9),
        "cut": lambda: reply(500, "x" * 270 + f" {key}"),
        "detail": lambda: reply(422, {"detail": [{"loc": ["header"], "input": key}]}),
        "html": lambda: _page(key),
        "not json": lambda: reply(200, "x" * 80 + key),
        "json": lambda: reply(200, {"error": {"message": key}, key: key}),
        "data": lambda: reply(200, {"data": [{"id": key, "status": key, "model": key}]}),
        "lone text": lambda: reply(200, lone),
        "escaped": lambda: reply(400, _escaped(key)),
        "quoted": lambda: reply(401, problem(quote(key, safe=""))),
        "base64": lambda: reply(401, problem(f"Basic {both}")),
        "redirect": lambda: reply(302, "", location=f"https://evil.example/?key={key}"),
        "request id": lambda: reply(403, problem("no"), x_request_id=key),
    }


def _page(key: str) -> Fault:
    fault = html(403)
    fault.body = fault.body.replace("Welcome", f"Welcome {key}")
    return fault


def _escaped(key: str) -> str:
    letters = "".join(f"\\u{ord(char):04x}" for char in key)
    return f'{{"error": {{"message": "{letters}"}}}}'


class EchoServer(FaultServer):
    """Answers every request with one echo of the key that was sent."""

    kind = "message"

    def take(self, seen: Seen) -> Fault:
        key = seen.headers["authorization"].removeprefix("Bearer ")
        if seen.path == "/chat/completions" and self.kind in STREAMS:
            return STREAMS[self.kind](key)
        return echoes(key)[self.kind]()


STREAMS: dict[str, Callable[[str], Fault]] = {
    "stream": lambda key: stream(said(f"it is {key}."), said("", "stop"), b"data: [DONE]\n\n"),
    "pieces": lambda key: stream(*map(said, key), said("", "stop"), b"data: [DONE]\n\n"),
    "fragment": lambda key: stream(*map(said, key[4:-1]), said("", "stop")),
    "base64": lambda key: stream(
        *map(said, base64.b64encode(key.encode()).decode()), said("", "stop")
    ),
    "halves": lambda key: stream(said(key[:9]), said(key[9:]), said(" end", "stop")),
    "error in it": lambda key: stream(said("so "), sse(error={"message": key, "code": key})),
    "error first": lambda key: stream(sse(error={"message": key})),
    "broken": lambda key: stream(f"data: {{{key}\n\n".encode()),
}


echo = served(EchoServer)


@pytest.fixture
def key() -> str:
    return KEY.format(next(_numbers))


@pytest.fixture
def home(echo: EchoServer, key: str, tmp_path: Path) -> Home:
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        f'default_profile = "echo"\n[profiles.echo]\nbase_url = "{echo.url}"\n'
        f"api_key = '{key}\\r'\n".replace("\\r'", "'")
        + "timeout = 2\n"
    )
    config.chmod(0o600)
    return Home(tmp_path)


def forms(key: str) -> list[str]:
    """Return the pieces of a key, and of other ways to write it, that must be found nowhere."""
    whole = [key, quote(key, safe=""), json.dumps(key)[1:-1]]
    encoded = [base64.b64encode(f"{'x' * pad}{key}".encode()).decode() for pad in range(3)]
    pieces = [text[n : n + PIECE] for text in whole for n in range(len(text) - PIECE + 1)]
    return pieces + [text[6:-6] for text in encoded]


def in_home(home: Path) -> str:
    """Return all that was written below a home, but for its configuration."""
    files = [p for p in home.rglob("*") if p.is_file() and p.name != "config.toml"]
    return "\n".join(path.read_bytes().decode("latin-1") for path in files)


def check(text: str, key: str) -> None:
    assert not [piece for piece in forms(key) if piece in text], text


@pytest.mark.parametrize("command", ["jobs list", "models list", "files list", "jobs events j-1"])
def test_no_command_repeats_it(home: Home, echo: EchoServer, key: str, command: str) -> None:
    for echo.kind in sorted(echoes("")):
        echo.seen.clear()
        for words in (command.split(), [*command.split(), "--json"]):
            done = home.run(*words)
            assert echo.seen, echo.kind
            check(done.stdout + done.stderr, key)
            assert done.stdout + done.stderr, echo.kind
        check(in_home(home.path), key)


@pytest.mark.parametrize("kind", sorted(STREAMS))
def test_no_answer_of_a_model_repeats_it(home: Home, echo: EchoServer, key: str, kind: str) -> None:
    echo.kind = kind
    for words in ([], ["--json"]):
        done = home.run("chat", "--model", "m", "hi", *words)
        check(done.stdout + done.stderr, key)
        if kind in {"stream", "halves"}:
            assert done.returncode == 0, done.stderr
            assert "••••" in done.stdout
    check(in_home(home.path), key)


def test_nothing_of_it_is_in_a_process_of_its_own(home: Home, echo: EchoServer, key: str) -> None:
    done = home.spawn("models", "list", "--json")
    assert done.returncode == 3
    assert "Incorrect API key provided: ••••" in json.loads(done.stdout)["error"]["cause"]
    assert "Incorrect API key provided: ••••" in done.stderr
    check(done.stdout + done.stderr + in_home(home.path), key)


def test_nor_in_a_traceback_or_a_log(
    home: Home, key: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from tui.services.jobs.service import JobService

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"the header was Bearer {key}")

    monkeypatch.setattr(JobService, "list", broken)
    monkeypatch.setenv("FINETUI_DEBUG", "1")
    done = home.run("jobs", "list")
    assert done.returncode == 3
    assert "test_echoed_keys.py" in done.stderr  # where it was
    assert "ZeroDivisionError: the header was Bearer ••••" in done.stderr
    check(done.stdout + done.stderr, key)


@pytest.mark.parametrize("kind", ["message", "html", "data", "request id"])
async def test_no_screen_shows_it(
    home: Home, echo: EchoServer, key: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_home(monkeypatch, {"FINETUI_HOME": str(home.path)})
    echo.kind = kind
    app = FinetuiApp()
    copied = home.path / "state" / "copied.txt"
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for number, mode in (("3", "jobs"), ("5", "models"), ("6", "files")):
            await pilot.press(number)
            await until(lambda mode=mode: app.current_mode == mode, pilot)
            if kind != "data":
                panel = app.screen.query_one(ErrorPanel)
                await until(lambda panel=panel: panel.failure is not None, pilot)
                copied.unlink(missing_ok=True)
                await pilot.press("y")
                await until(copied.exists, pilot)
                assert "••••" in copied.read_text() + shown(app)
                check(app.clipboard + copied.read_text(), key)
                assert copied.stat().st_mode & 0o777 == 0o600
            elif mode != "models":  # which lists what was tuned
                await until(lambda: "••••" in shown(app), pilot)
            check(shown(app), key)
        app.copy_out(f"mine is {key}", "The example")
        assert app.clipboard == "mine is ••••"
        app.copy_to_clipboard(key)  # as an input does with what is cut out of it
        assert app.clipboard == key
        app.notify(f"Wrote {key}")
        assert all(key not in text for text in toasts(app))
    check(in_home(home.path), key)


async def test_no_crash_shows_it(
    home: Home, key: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(home.path))
    app = FinetuiApp()

    def broken() -> None:
        api_key = key  # a traceback with the values of variables would show it
        raise ZeroDivisionError(f"it was {api_key}")

    async def crash() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            app.call_later(broken)
            await until(lambda: app._exception is not None)

    with pytest.raises(ZeroDivisionError):
        await crash()
    told = capsys.readouterr().err
    assert "ZeroDivisionError: it was ••••" in told
    check(told.replace("\n", ""), key)


def test_a_question_that_holds_it_is_kept_without(home: Home, echo: EchoServer, key: str) -> None:
    echo.kind = "stream"
    done = home.run("chat", "--model", "m", f"Is {key} a key?")
    assert done.returncode == 0, done.stderr
    assert json.loads(echo.seen[-1].body)["messages"][-1]["content"] == f"Is {key} a key?"
    check(done.stdout + done.stderr + in_home(home.path), key)


async def test_the_terminal_is_sent_none_to_its_clipboard(
    home: Home, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(home.path))
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        app.copy_to_clipboard(f"mine is {key}")
        sent = "".join(written)
        assert "\x1b]52;" in sent
        inside = sent.split(";")[2].split("\a")[0]
        assert base64.b64decode(inside).decode() == "mine is ••••"


def test_who_sends_no_key_is_told_so(home: Home, server: FaultServer) -> None:
    config = home.path / "config" / "config.toml"
    config.write_text(f'default_profile = "bare"\n[profiles.bare]\nbase_url = "{server.url}"\n')
    server.fault("GET /models", reply(401, problem("who are you?")))
    done = home.run("models", "list")
    assert "Profile bare sends no key" in done.stderr
    assert "authorization" not in server.seen[-1].headers
