"""Refusals: the right status, in OpenAI's shape, naming what is at fault."""

from __future__ import annotations

import json
import socket
import sqlite3
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from tests.lab_process import LabProcess, chat_lines, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from openai import OpenAI

ASK = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def web(lab: LabProcess) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=lab.base_url, headers={"authorization": f"Bearer {lab.api_key}"}, timeout=60
    ) as client:
        yield client


def error_of(response: httpx2.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["x-request-id"].startswith("req_")
    assert int(response.headers["openai-processing-ms"]) >= 0
    document = response.json()
    assert document.keys() == {"error"}
    assert document["error"].keys() == {"message", "type", "param", "code"}
    assert document["error"]["message"]
    return dict(document["error"])


def test_key_is_needed(lab: LabProcess) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic eDp5"}):
        response = httpx2.get(f"{lab.base_url}/models", headers=headers)
        assert error_of(response, 401)["code"] == "invalid_api_key"
    with lab.client(api_key="sk-other") as client, pytest.raises(openai.AuthenticationError):
        client.files.create(file=("a.jsonl", b"x" * 3_000_000), purpose="fine-tune")
    health = httpx2.get(lab.base_url.removesuffix("/v1") + "/health").json()
    assert health["service"] == "finetui-lab"
    assert health["pid"] == lab.pid


def test_names_other_than_loopback_are_refused(web: httpx2.Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80"):
        assert error_of(web.get("models", headers={"host": host}), 403)["code"] == "wrong_host"
    assert web.get("models", headers={"host": "localhost:1"}).status_code == 200
    assert "access-control-allow-origin" not in web.get("models").headers


def test_routes_and_methods_that_are_not_there(web: httpx2.Client) -> None:
    assert "Invalid URL" in error_of(web.get("nothing"), 404)["message"]
    assert "Invalid URL" in error_of(web.get("files/"), 404)["message"]
    error_of(web.post("models"), 405)
    error_of(web.put("files"), 405)


def test_things_that_are_not_there(client: OpenAI) -> None:
    calls: list[Callable[[], object]] = [
        lambda: client.models.retrieve("nope"),
        lambda: client.models.delete("nope"),
        lambda: client.files.retrieve("file-x"),
        lambda: client.files.delete("file-x"),
        lambda: client.files.content("file-x"),
        lambda: client.uploads.cancel("upload_x"),
        lambda: client.uploads.complete("upload_x", part_ids=[]),
        lambda: client.uploads.parts.create("upload_x", data=b"x"),
        lambda: client.fine_tuning.jobs.retrieve("ftjob-x"),
        lambda: client.fine_tuning.jobs.cancel("ftjob-x"),
        lambda: client.fine_tuning.jobs.pause("ftjob-x"),
        lambda: client.fine_tuning.jobs.resume("ftjob-x"),
        lambda: client.fine_tuning.jobs.list_events("ftjob-x"),
        lambda: client.fine_tuning.jobs.checkpoints.list("ftjob-x"),
        lambda: client.chat.completions.create(model="nope", messages=ASK),
    ]
    for call in calls:
        with pytest.raises(openai.NotFoundError):
            call()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "model"),
        ({"model": 3}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"n": 9}, "n"),
        ({"n": 0}, "n"),
        ({"seed": "x"}, "seed"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": 3}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
    ],
)
def test_chat_parameters(web: httpx2.Client, body: dict[str, Any], param: str) -> None:
    whole = {"model": "lab-micro", "messages": ASK, **body} if body else {"messages": ASK}
    error = error_of(web.post("chat/completions", json=whole), 400)
    assert (error["param"], error["type"]) == (param, "invalid_request_error")


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"x"', b'{"model": "\\ud800"}', b"\xff"])
def test_body_that_is_no_json_object(web: httpx2.Client, content: bytes) -> None:
    error_of(web.post("chat/completions", content=content), 400)


@pytest.fixture(scope="module")
def file_id(lab: LabProcess) -> str:
    with lab.client() as client:
        return client.files.create(file=("t.jsonl", chat_lines(12)), purpose="fine-tune").id


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": "gpt-4o"}, "model"),
        ({"model": None}, "model"),
        ({"training_file": "file-none"}, "training_file"),
        ({"training_file": None}, "training_file"),
        ({"validation_file": "file-none"}, "validation_file"),
        ({"suffix": "x" * 65}, "suffix"),
        ({"suffix": "a:b"}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"metadata": {str(n): "v" for n in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k"),
        ({"metadata": {"k": 1}}, "metadata.k"),
        ({"hyperparameters": {"n_epochs": 0}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"batch_size": 257}}, "hyperparameters.batch_size"),
        (
            {"hyperparameters": {"learning_rate_multiplier": 0}},
            "hyperparameters.learning_rate_multiplier",
        ),
        ({"hyperparameters": {"n_epochs": "many"}}, "hyperparameters.n_epochs"),
        ({"method": {"type": "reinforcement"}}, "method.type"),
        ({"method": {}}, "method.type"),
        (
            {"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}},
            "method.dpo.hyperparameters.beta",
        ),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "x"}}]}, "integrations"),
    ],
)
def test_job_parameters(web: httpx2.Client, file_id: str, body: dict[str, Any], param: str) -> None:
    whole = {"model": "lab-micro", "training_file": file_id, **body}
    error = error_of(web.post("fine_tuning/jobs", json=whole), 400)
    assert error["param"] == param


def test_file_of_another_purpose_cannot_be_trained_on(client: OpenAI) -> None:
    file = client.files.create(file=("t.jsonl", chat_lines(12)), purpose="assistants")
    with pytest.raises(openai.BadRequestError, match="purpose") as refused:
        client.fine_tuning.jobs.create(model="lab-micro", training_file=file.id)
    assert refused.value.param == "training_file"


def test_list_parameters(web: httpx2.Client) -> None:
    for query in ("limit=0", "limit=x", "after=file-none", "order=up", "limit=10001"):
        error = error_of(web.get(f"files?{query}"), 400)
        assert error["param"] == query.split("=")[0]


def test_file_forms(web: httpx2.Client) -> None:
    def send(name: str, content: bytes, **data: str) -> httpx2.Response:
        return web.post("files", files={"file": (name, content)}, data=data)

    assert error_of(send("a.jsonl", b"x"), 400)["param"] == "purpose"
    assert error_of(send("a.jsonl", b"x", purpose="fun"), 400)["param"] == "purpose"
    assert error_of(send("a.txt", b"x", purpose="fine-tune"), 400)["param"] == "file"
    assert error_of(send("a.jsonl", b"", purpose="fine-tune"), 400)["param"] == "file"
    soon = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "60"}
    error = error_of(send("a.jsonl", b"x", purpose="fine-tune", **soon), 400)
    assert error["param"] == "expires_after.seconds"
    error_of(web.post("files", json={"purpose": "fine-tune"}), 400)
    broken = {"content-type": "multipart/form-data; boundary=b"}
    error_of(web.post("files", content=b"--b\r\nnonsense", headers=broken), 400)
    error_of(web.post("files", content=b"nonsense", headers=broken), 400)


def test_file_over_the_limit_is_refused_before_it_is_sent(lab: LabProcess) -> None:
    host, port = lab.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /v1/files HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {lab.api_key}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {600 * 1024 * 1024}\r\n\r\n".encode()
        )
        answer = b""
        while b"}}" not in answer:
            answer += connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"512 MB" in answer


def test_too_many_active_jobs(tmp_path: Path) -> None:
    with LabProcess(tmp_path / "lab", "--max-active", "1") as own, own.client() as client:
        file = client.files.create(file=("t.jsonl", chat_lines(12)), purpose="fine-tune")
        job = client.fine_tuning.jobs.create(
            model="lab-micro",
            training_file=file.id,
            hyperparameters={"n_epochs": 50, "batch_size": 1},
        )
        # The lab tells the client that asking again would not help, so it asks once only.
        with (
            client.with_options(max_retries=5) as patient,
            pytest.raises(openai.RateLimitError) as refused,
        ):
            patient.fine_tuning.jobs.create(model="lab-micro", training_file=file.id)
        assert refused.value.response.headers["x-should-retry"] == "false"
        with own.client() as other:
            other.fine_tuning.jobs.cancel(job.id)


def test_uploads_that_do_not_add_up(lab: LabProcess, client: OpenAI) -> None:
    def begin(size: int) -> str:
        made = client.uploads.create(
            bytes=size, filename="u.jsonl", mime_type="text/jsonl", purpose="fine-tune"
        )
        return made.id

    upload = begin(10)
    part = client.uploads.parts.create(upload, data=b"12345")
    with pytest.raises(openai.UnprocessableEntityError, match="5 bytes"):
        client.uploads.complete(upload, part_ids=[part.id])
    more = client.uploads.parts.create(upload, data=b"67890")
    with pytest.raises(openai.UnprocessableEntityError, match="md5"):
        client.uploads.complete(upload, part_ids=[part.id, more.id], md5="0" * 32)
    with pytest.raises(openai.BadRequestError):
        client.uploads.complete(upload, part_ids=["part_none"])
    client.uploads.complete(upload, part_ids=[part.id, more.id])
    with pytest.raises(openai.ConflictError, match="completed"):
        client.uploads.parts.create(upload, data=b"x")
    with pytest.raises(openai.ConflictError, match="completed"):
        client.uploads.cancel(upload)

    late = begin(3)
    with sqlite3.connect(lab.data_dir / "lab.db") as database:
        database.execute("UPDATE uploads SET expires_at = 1 WHERE id = ?", (late,))
    database.close()
    with pytest.raises(openai.ConflictError, match="expired"):
        client.uploads.parts.create(late, data=b"123")
    with pytest.raises(openai.APIStatusError) as big:
        begin(9 * 1024**3)
    assert big.value.status_code == 413


def test_jobs_in_the_wrong_state(client: OpenAI, tuned: Any) -> None:
    jobs = client.fine_tuning.jobs
    for call in (jobs.cancel, jobs.pause, jobs.resume):
        with pytest.raises(openai.ConflictError, match="succeeded"):
            call(tuned.id)


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (chat_lines(7), "invalid_n_examples", "has 7 example(s), but must have at least 10"),
        (chat_lines(12) + b"[1]\n{\n", "invalid_file_format", "Line 13: is not a JSON object; L"),
        (
            chat_lines(12) + json.dumps({"messages": [ASK[0]]}).encode(),
            "invalid_training_file",
            "Line 13: has no assistant message",
        ),
    ],
)
def test_files_that_cannot_be_trained_on_fail_the_job(
    client: OpenAI, lines: bytes, code: str, words: str
) -> None:
    file = client.files.create(file=("bad.jsonl", lines), purpose="fine-tune")
    made = client.fine_tuning.jobs.create(model="lab-micro", training_file=file.id)
    wait_for(lambda: client.fine_tuning.jobs.retrieve(made.id).status == "failed")
    job = client.fine_tuning.jobs.retrieve(made.id)
    assert job.error is not None
    assert (job.error.code, job.error.param) == (code, "training_file")
    assert words in job.error.message
    newest = client.fine_tuning.jobs.list_events(made.id, limit=1).data[0]
    assert newest.level == "error"
