"""`finetui chat` and `finetui chats`: what is sent, what is printed, how it ends."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, problem, reply, said, sse, stream
from tests.home import Home
from tests.rows import rows_of
from tests.terminal.program import Program
from tui.core.chat.conversation import Conversation, add
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.saved import Chat
from tui.services.chat.chats import SavedChats
from tui.services.settings.locations import Locations
from tui.services.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

CHAT = "POST /chat/completions"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
FUNCTION = {"name": "look", "parameters": {"type": "object"}}


@pytest.fixture
def home(tmp_path: Path, server: FaultServer) -> Home:
    write_config(tmp_path / "home", server.url, "timeout = 20")
    return Home(tmp_path / "home")


def body(server: FaultServer) -> Any:
    return json.loads(server.seen[-1].body)


def write(folder: Path, name: str, value: object) -> str:
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return str(folder / name)


def test_everything_that_can_be_asked_with(home: Home, server: FaultServer, tmp_path: Path) -> None:
    server.fault(CHAT, stream(said("{}", "stop")))
    history = [
        {"role": "system", "content": "old"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
    (tmp_path / "a.txt").write_bytes(PNG)  # known by its content
    done = home.run(
        "chat", "--model", "org/m:free", "--system", "Be brief.",
        "--messages", write(tmp_path, "m.json", {"messages": history}),
        "--image", str(tmp_path / "a.txt"), "--temperature", "0.5", "--top-p", "0.9",
        "--max-tokens", "5", "--stop", "x", "--stop", "y", "--seed", "1", "--effort", "low",
        "--json-schema", write(tmp_path, "my schema.json", {"type": "object"}),
        "--tools", write(tmp_path, "t.json", [FUNCTION]), "--logprobs", "2", "What?",
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "{}\n", "")
    asked = body(server)
    system, *middle, question = asked.pop("messages")
    assert (system["content"], middle) == ("Be brief.", history[1:])
    text, image = question["content"]
    assert text == {"type": "text", "text": "What?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBORw0KGgo")
    schema = {"name": "my_schema", "schema": {"type": "object"}}
    assert asked == {
        "model": "org/m:free", "stream": True, "stream_options": {"include_usage": True},
        "temperature": 0.5, "top_p": 0.9, "max_tokens": 5, "stop": ["x", "y"], "seed": 1,
        "reasoning_effort": "low", "logprobs": True, "top_logprobs": 2,
        "response_format": {"type": "json_schema", "json_schema": schema},
        "tools": [{"type": "function", "function": FUNCTION}],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["list", "dataset line", "with a line break", "with a mark"])
def test_messages_alone_are_asked(
    home: Home, server: FaultServer, tmp_path: Path, form: str
) -> None:
    server.fault(CHAT, stream(said("b", "stop")))
    question = [{"role": "user", "content": "ä"}]
    text = json.dumps(question if form == "list" else {"messages": question}, ensure_ascii=False)
    text = {"with a line break": f"{text}\n", "with a mark": f"\ufeff{text}"}.get(form, text)
    done = home.run("chat", "--model", "m", "--messages", write(tmp_path, "m", text))
    assert (done.returncode, done.stdout) == (0, "b\n")
    assert body(server)["messages"] == question


def test_messages_from_a_pipe(home: Home, server: FaultServer) -> None:
    server.fault(CHAT, stream(said("b", "stop")))
    question = [{"role": "user", "content": "a"}]
    words = ("chat", "--model", "m", "--messages", "-")
    assert home.spawn(*words, stdin=json.dumps(question)).stdout == "b\n"
    assert body(server)["messages"] == question


@pytest.mark.parametrize(
    ("words", "said_"),
    [
        ([], "nothing to ask was given"),
        (["--messages", "{folder}/none"], "No such file"),
        (["--messages", "{folder}/text"], "is not JSON"),
        (["--messages", "{folder}/two"], "several lines"),
        (["--messages", "{folder}/empty"], "the last message is missing"),
        (["--messages", "{folder}/answered"], "the last message is assistant"),
        (["--messages", "{folder}/number"], "no list of messages"),
        (["--messages", "{folder}/roleless"], "message 1 has no role"),
        (["--messages", "-", "-"], "read only once"),
        (["--image", "{folder}/text", "hi"], "is not a PNG, JPEG, WEBP or GIF"),
        (["--image", "{folder}", "hi"], "is a folder"),
        (["--image", "{folder}/none", "hi"], "No such file"),
        (["--image", "{folder}/large", "hi"], "more than 10.0 MB"),
        (["--image", "{folder}/png"], "nothing to ask was given"),
        (["--json-schema", "{folder}/text", "hi"], "is not JSON"),
        (["--json-schema", "{folder}/empty", "hi"], "is not a JSON object"),
        (["--tools", "{folder}/number", "hi"], "no list of tools"),
        (["--logprobs", "21", "hi"], "from 0 to 20"),
        (["--stop", "", "hi"], "a stop text is empty"),
        ([""], "the question is empty"),
    ],
)
def test_what_cannot_be_asked_is_said_and_not_sent(
    home: Home, server: FaultServer, tmp_path: Path, words: list[str], said_: str
) -> None:
    for name, value in (
        ("text", "hello"), ("two", '{"messages": []}\n{"messages": []}\n'), ("empty", []),
        ("answered", [{"role": "assistant", "content": "b"}]), ("number", "3"),
        ("roleless", [{"content": "x"}]),
    ):  # fmt: skip
        write(tmp_path, name, value)
    (tmp_path / "png").write_bytes(PNG)
    with (tmp_path / "large").open("wb") as file:
        file.write(PNG)
        file.truncate(10_000_001)
    done = home.run("chat", "--model", "m", *(word.format(folder=tmp_path) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    if words[:1] == ["--image"] and len(words) == 2:
        said_ = "an image needs a question"
    assert said_ in done.stderr
    assert "Traceback" not in done.stderr
    assert server.seen == []


def test_a_model_is_needed(home: Home) -> None:
    done = home.run("chat", "hi")
    assert (done.returncode, "--model is needed" in done.stderr) == (2, True)


def test_the_document_tells_everything(home: Home, server: FaultServer) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    logprobs = {"content": [{"token": "a", "logprob": -1, "top_logprobs": []}]}
    pieces = (
        sse(choices=[{"delta": {"reasoning": "hm"}}]),
        sse(choices=[{"delta": {"content": "a"}, "logprobs": logprobs}]),
        sse(choices=[{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]),
        sse(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 5}),
    )
    refusal = reply(400, problem("seed is not supported"))
    server.fault(CHAT, refusal, stream(*pieces), stream(*pieces))
    found = home.json("chat", "--model", "m", "--seed", "1", "hi")
    assert found["latency"] >= found["first_token"] >= 0
    rate, took = found.pop("tokens_per_second"), found["latency"] - found["first_token"]
    assert (rate is None) == (took < 0.25)  # as it came at once, mostly
    note = "asked without seed (the model refuses it otherwise)"
    assert {**found, "latency": 0, "first_token": 0} == {
        "model": "m", "text": "a", "reasoning": "hm", "tool_calls": [call],
        "finish_reason": "tool_calls",
        "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
        "latency": 0, "first_token": 0, "cost": None, "note": note,
        "logprobs": [{"token": "a", "logprob": -1.0, "alternatives": {}}],
        "complete": True, "broken": None,
    }  # fmt: skip
    done = home.run("chat", "--model", "m", "--seed", "1", "hi")
    assert (done.stdout, done.stderr) == ("a\nlook({})\n", f"finetui: {note}\n")


def test_what_an_answer_costs_where_the_price_is_known(
    home: Home, server: FaultServer, tmp_path: Path
) -> None:
    entry = '[[models]]\nid = "m"\nprice_input = "2"\nprice_output = "10"\ncurrency = "EUR"\n'
    (home.path / "config" / "models.toml").write_text(entry)
    usage = sse(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 5})
    server.always[CHAT] = stream(said("a", "stop"), usage)
    cost = home.json("chat", "--model", "m", "hi")["cost"]
    assert cost == {"amount": "0.000056", "currency": "EUR"}
    assert home.json("chat", "--model", "other", "hi")["cost"] is None


def test_without_a_prompt_on_a_terminal_the_app_opens_in_chat(
    home: Home, server: FaultServer
) -> None:
    server.fault(CHAT, stream(said("Ahoy there", "stop")))
    with Program(home.path, "chat", "--model", "org/m:free", "--system", "Be brief.") as program:
        program.see("org/m:free")
        program.see("Be brief.")
        program.send("hello\r")
        program.see("Ahoy there")
        program.send("\x11")
        assert program.wait() == 0
    assert body(server)["model"] == "org/m:free"
    assert body(server)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
    ]


# -- saved chats -------------------------------------------------------------------------


def talk(*said_: str) -> Conversation:
    tree = Conversation()
    for at, text in enumerate(said_):
        role = "assistant" if at % 2 else "user"
        tree = add(tree, {"role": role, "content": text}, model="m" if at % 2 else "")
    return tree


@pytest.fixture
def chats(home: Home) -> list[int]:
    """The ids of two saved chats."""

    async def save() -> list[int]:
        store = Store(Locations.standard(home.environ).ledger)
        saved = SavedChats(store.chats, "fault")
        ids = []
        for chat in (
            Chat(talk("Wie heißt du?", "Ahoy."), "m", "Be brief.", ChatParameters(0.5)),
            Chat(talk("And you?", "# Nobody"), "m"),
        ):
            saver = saved.new(print)
            saver.put(replace(chat))
            await saver.flush()
            ids.append(saver.id or 0)
        await store.close()
        return ids

    return asyncio.run(save())


def test_chats_are_listed_and_searched(home: Home, chats: list[int]) -> None:
    found = home.json("chats", "list")["chats"]
    assert [(one["id"], one["title"], one["messages"]) for one in found] == [
        (chats[1], "And you?", 2),
        (chats[0], "Wie heißt du?", 2),
    ]
    assert home.run("chats", "list", "--search", "HEISST").stdout.endswith("m  Wie heißt du?\n")
    assert home.json("chats", "list", "--search", "nowhere") == {"chats": []}
    assert home.json("chats", "list", "--profile", "lab") == {"chats": []}


def test_a_chat_is_shown(home: Home, chats: list[int]) -> None:
    shown = home.run("chats", "show", str(chats[0])).stdout
    assert (
        shown
        == "Wie heißt du?\n\nsystem\nBe brief.\n\nuser\nWie heißt du?\n\nassistant  m\nAhoy.\n"
    )
    found = home.json("chats", "show", str(chats[0]))
    assert found["messages"][1] == {"role": "assistant", "content": "Ahoy."}
    assert (found["system"], found["parameters"]) == ("Be brief.", {"temperature": 0.5})
    for words in (["show"], ["export"], ["delete"], ["delete", "--yes"], ["rename", "x"]):
        action, *rest = words
        done = home.run("chats", action, "99", *rest)
        assert (done.returncode, done.stdout) == (2, "")
        assert "there is no chat 99" in done.stderr


def test_chats_are_exported(home: Home, chats: list[int], tmp_path: Path) -> None:
    target = tmp_path / "chats.jsonl"
    assert home.run("chats", "export", "--all", "--out", str(target)).returncode == 0
    lines = rows_of(target)
    assert [len(line["messages"]) for line in lines] == [2, 3]
    checked = home.json("check", str(target), code=1)["files"][0]  # two examples are too few
    assert (checked["format"], checked["examples"]) == ("chat", 2)
    assert {one["rule"] for one in checked["issues"] if one["severity"] != "info"} == {
        "too-few-examples"
    }
    again = home.run("chats", "export", str(chats[0]), "--out", str(target))
    assert (again.returncode, "The file exists" in again.stderr) == (2, True)
    shown = home.run("chats", "export", str(chats[1]), "--format", "md").stdout
    assert shown == "# And you?\n\n## User\n\nAnd you?\n\n## Assistant (m)\n\n# Nobody\n"
    named = home.run("chats", "export", str(chats[1]), "--format", "md", "--out", "-").stdout
    assert named == shown
    into = home.run("chats", "export", "--all", "--as", "chats", "--to", "-")
    assert (into.returncode, "--to - is not a file" in into.stderr) == (2, True)
    found = home.json("chats", "export", str(chats[1]))
    assert json.loads(found["text"]) == {"messages": [
        {"role": "user", "content": "And you?"}, {"role": "assistant", "content": "# Nobody"},
    ]}  # fmt: skip
    assert home.run("chats", "export").returncode == 2
    nowhere = home.run("chats", "export", "--all", "--out", str(tmp_path / "no" / "x"))
    assert (nowhere.returncode, "Cannot write" in nowhere.stderr) == (5, True)


def test_a_chat_is_renamed(home: Home, chats: list[int]) -> None:
    found = home.json("chats", "rename", str(chats[0]), " Names ")
    assert found == {"id": chats[0], "title": "Names"}
    assert [one["title"] for one in home.json("chats", "list")["chats"]] == ["And you?", "Names"]
    assert home.run("chats", "rename", str(chats[0]), " ").returncode == 2


def test_chats_are_deleted_after_a_yes_only(home: Home, chats: list[int]) -> None:
    done = home.run("chats", "delete", *map(str, chats))
    assert done.returncode == 4
    assert "Wie heißt du?" in done.stderr
    assert len(home.json("chats", "list")["chats"]) == 2
    found = home.json("chats", "delete", str(chats[0]), "99", "--yes", code=2)
    assert [one["deleted"] for one in found["deleted"]] == [True, False]
    assert [one["id"] for one in home.json("chats", "list")["chats"]] == [chats[1]]
