"""What is sent, against what OpenAI's published specification says of each request."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import problem, reply, said, stream
from tests.faults.uploads import UploadServer, form
from tests.served import served
from tui.core.chat.parameters import ChatParameters
from tui.services.chat.service import ChatRequest
from tui.services.errors import Refused
from tui.services.jobs.service import JobRequest
from tui.services.provider.client import _certificates
from tui.services.settings.profile import Profile
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.faults.server import Seen

JOB = "/fine_tuning/jobs/ftjob-1"
# By "METHOD /path": the query, and the fields of the body; None where there is no body.
SPEC: dict[str, tuple[set[str], set[str] | None]] = {
    "GET /fine_tuning/jobs": ({"after", "limit", "metadata"}, None),
    "POST /fine_tuning/jobs": (
        set(),
        {
            "model", "training_file", "hyperparameters", "suffix", "validation_file",
            "integrations", "seed", "method", "metadata",
        },
    ),
    f"GET {JOB}": (set(), None),
    f"GET {JOB}/events": ({"after", "limit"}, None),
    f"GET {JOB}/checkpoints": ({"after", "limit"}, None),
    f"POST {JOB}/cancel": (set(), None),
    f"POST {JOB}/pause": (set(), None),
    f"POST {JOB}/resume": (set(), None),
    "GET /files": ({"purpose", "limit", "order", "after"}, None),
    "POST /files": (set(), {"file", "purpose", "expires_after"}),
    "GET /files/file-1": (set(), None),
    "GET /files/file-1/content": (set(), None),
    "DELETE /files/file-1": (set(), None),
    "POST /uploads": (set(), {"filename", "purpose", "bytes", "mime_type", "expires_after"}),
    "POST /uploads/upload-1/parts": (set(), {"data"}),
    "POST /uploads/upload-1/complete": (set(), {"part_ids", "md5"}),
    "POST /uploads/upload-1/cancel": (set(), None),
    "GET /models": (set(), None),
    "GET /models/m": (set(), None),
    "DELETE /models/m": (set(), None),
    "POST /chat/completions": (
        set(),
        {
            "model", "messages", "stream", "stream_options", "temperature", "top_p",
            "max_tokens", "seed",
        },
    ),
}  # fmt: skip


server = served(UploadServer)


@pytest.fixture
async def workspace(server: UploadServer, tmp_path: Path) -> AsyncIterator[Workspace]:
    from tests.faults.conftest import write_config

    limits = "file_bytes = 100\npart_bytes = 64\ntimeout = 5"
    one = await Workspace.open(environ=write_config(tmp_path, server.url, limits))
    yield one
    await one.close()


async def ask_for_all(workspace: Workspace, server: UploadServer, folder: Path) -> None:
    server.new_job({"status": "running"})
    for action in ("cancel", "pause", "resume"):
        server.fault(f"POST {JOB}/{action}", reply(200, server.jobs[0]))
        await getattr(workspace.jobs, action)("ftjob-1")
    for name in ("events", "checkpoints"):
        server.lists[f"{JOB}/{name}"] = lambda _: {"data": [{"id": "e1"}]}
        await getattr(workspace.jobs, name)("ftjob-1")
    await workspace.jobs.retrieve("ftjob-1")
    await workspace.jobs.find_asked("abc", {}, 0.0)
    dpo = JobRequest(
        "file-1", "base", "file-2", "sfx", 7, "dpo", {"n_epochs": 2, "beta": 0.5}, {"team": "a"},
        {"project": "p"},
    )  # fmt: skip
    await workspace.jobs.create(dpo)
    server.fault("GET /models/m", reply(200, {"id": "m"}))
    server.fault("DELETE /models/m", reply(200, {"id": "m", "deleted": True}))
    server.lists["/models"] = lambda _: {"data": [{"id": "m"}]}
    await workspace.models.list()
    await workspace.models.retrieve("m")
    await workspace.models.delete("m")
    server.fault("POST /chat/completions", stream(said("a", "stop")))
    await workspace.chat.complete(
        ChatRequest(
            "m",
            ({"role": "user", "content": "hi"},),
            ChatParameters(0.5, 0.9, max_tokens=3, seed=4),
        )
    )
    await ask_for_files(workspace, server, folder)


async def ask_for_files(workspace: Workspace, server: UploadServer, folder: Path) -> None:
    small, large = folder / "small.jsonl", folder / "large.jsonl"
    small.write_text("{}\n")
    large.write_text("{}\n" * 60)
    file = {"id": "file-1", "object": "file"}
    server.fault("POST /files", reply(200, file))
    await workspace.files.upload(small)
    server.fault("GET /files/file-1", reply(200, file))
    server.fault("GET /files/file-1/content", reply(200, "{}"))
    server.fault("DELETE /files/file-1", reply(200, {"id": "file-1", "deleted": True}))
    server.lists["/files"] = lambda _: {"data": [file]}
    await workspace.files.list("fine-tune")
    await workspace.files.retrieve("file-1")
    await workspace.files.download("file-1", folder / "copy.jsonl")
    await workspace.files.delete("file-1")
    server.fault("POST /uploads/upload-1/complete", reply(403, problem("not today")))
    with pytest.raises(Refused):
        await workspace.files.upload(large)
    [upload] = await workspace.files.unfinished()
    await workspace.files.abandon(upload)


def fields(seen: Seen) -> set[str]:
    kind = seen.headers["content-type"]
    if kind.startswith("multipart/form-data; boundary="):
        return set(form(seen))
    assert kind == "application/json"
    body: dict[str, Any] = json.loads(seen.body)
    return set(body)


async def test_every_request_is_as_the_specification_has_it(
    workspace: Workspace, server: UploadServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await ask_for_all(workspace, server, tmp_path_factory.mktemp("data"))
    assert {f"{seen.method} {seen.path}" for seen in server.seen} == set(SPEC)
    for seen in server.seen:
        what = f"{seen.method} {seen.path}"
        query, body = SPEC[what]
        assert {name.partition("[")[0] for name in seen.query} <= query, what
        if body is None:
            assert seen.body == b"", what
            assert "content-type" not in seen.headers, what
            assert "transfer-encoding" not in seen.headers, what
        else:
            assert fields(seen) <= body, what
            assert fields(seen), what


async def test_a_job_is_asked_for_in_the_words_of_the_specification(
    workspace: Workspace, server: UploadServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await ask_for_all(workspace, server, tmp_path_factory.mktemp("data"))
    [asked] = [seen for seen in server.seen if (seen.method, seen.path) == ("POST", JOB[:17])]
    body = json.loads(asked.body)
    assert body["method"] == {
        "type": "dpo",
        "dpo": {"hyperparameters": {"n_epochs": 2, "beta": 0.5}},
    }
    assert body["integrations"] == [{"type": "wandb", "wandb": {"project": "p"}}]
    [sent] = [seen for seen in server.seen if f"{seen.method} {seen.path}" == "POST /files"]
    assert form(sent)["purpose"] == (None, b"fine-tune")
    assert form(sent)["file"] == ("small.jsonl", b"{}\n")


@pytest.mark.parametrize(
    ("url", "proxy", "plain"),
    [
        ("http://127.0.0.1:8000/v1", None, True),
        ("HTTP://localhost/v1", "none", True),
        ("https://127.0.0.1:8000/v1", None, False),
        ("http://127.0.0.1:8000/v1", "https://proxy.example", False),
        ("http://gateway.example/v1", None, False),  # a proxy of the environment may be asked
    ],
)
def test_only_a_plain_address_of_this_machine_needs_no_certificates(
    url: str, proxy: str | None, plain: bool
) -> None:
    found = _certificates(Profile("one", "compatible", url, proxy=proxy), url)
    if plain:  # whatever would be asked by https all the same is trusted in no case
        assert isinstance(found, ssl.SSLContext)
        assert (found.verify_mode, found.get_ca_certs()) == (ssl.CERT_REQUIRED, [])
    else:
        assert found is True
