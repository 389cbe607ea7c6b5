"""The `openai` SDK against a lab: every endpoint, and that what it gets is as it types it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from typing import TYPE_CHECKING

import openai
import pytest
from openai.types import FileObject, Model, ModelDeleted, Upload
from openai.types.chat import ChatCompletion
from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent
from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint
from pydantic import TypeAdapter

from tests.lab_process import chat_lines, finished, preference_lines

if TYPE_CHECKING:
    from openai import OpenAI

    from tests.lab_process import LabProcess

ASK = [{"role": "user", "content": "Say three 2"}]


def strictly(value: object, kind: type) -> None:
    """The SDK does not check what it is sent; this does."""
    assert isinstance(value, kind)
    document = value.model_dump()  # type: ignore[attr-defined]
    TypeAdapter(kind).validate_python(document, strict=False)
    missing = {name for name, field in kind.model_fields.items() if field.is_required()}  # type: ignore[attr-defined]
    assert missing <= set(document)


def test_files(client: OpenAI) -> None:
    content = chat_lines(3)
    made = [
        client.files.create(file=(f"walk-{n}.jsonl", content), purpose="fine-tune")
        for n in range(3)
    ]
    short = client.files.create(
        file=("note – ü.txt", b"hello"),
        purpose="user_data",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    strictly(short, FileObject)
    assert short.filename == "note – ü.txt"
    assert short.expires_at == short.created_at + 3600
    assert (made[0].bytes, made[0].status, made[0].expires_at) == (len(content), "processed", None)

    first = client.files.list(purpose="fine-tune", limit=2)
    assert [file.id for file in first.data] == [made[2].id, made[1].id]
    assert first.has_more
    rest = client.files.list(purpose="fine-tune", limit=2, after=made[1].id)
    assert rest.data[0].id == made[0].id
    oldest = next(iter(client.files.list(order="asc", purpose="user_data")))
    assert oldest.id == short.id

    strictly(client.files.retrieve(made[0].id), FileObject)
    assert client.files.content(made[0].id).read() == content
    assert client.files.wait_for_processing(made[0].id, poll_interval=0.1).id == made[0].id
    for file in (*made, short):
        deleted = client.files.delete(file.id)
        assert (deleted.id, deleted.deleted, deleted.object) == (file.id, True, "file")
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        client.files.content(short.id)


def test_uploads(client: OpenAI) -> None:
    content = chat_lines(30)
    upload = client.uploads.create(
        bytes=len(content), filename="big.jsonl", mime_type="text/jsonl", purpose="fine-tune"
    )
    strictly(upload, Upload)
    assert (upload.status, upload.expires_at) == ("pending", upload.created_at + 3600)
    late = client.uploads.parts.create(upload.id, data=content[1000:])
    early = client.uploads.parts.create(upload.id, data=content[:1000])
    assert (early.object, early.upload_id) == ("upload.part", upload.id)
    done = client.uploads.complete(
        upload.id, part_ids=[early.id, late.id], md5=hashlib.md5(content).hexdigest()
    )
    strictly(done, Upload)
    assert done.status == "completed"
    assert done.file is not None
    assert client.files.content(done.file.id).read() == content

    cancelled = client.uploads.create(
        bytes=5, filename="no.jsonl", mime_type="text/jsonl", purpose="fine-tune"
    )
    client.uploads.parts.create(cancelled.id, data=b"12345")
    assert client.uploads.cancel(cancelled.id).status == "cancelled"

    whole = client.uploads.upload_file_chunked(
        file=content, filename="c.jsonl", bytes=len(content), mime_type="text/jsonl",
        purpose="fine-tune", part_size=500,
    )  # fmt: skip
    assert whole.file is not None
    assert whole.file.bytes == len(content)


def test_job_and_what_it_leaves(client: OpenAI, tuned: FineTuningJob) -> None:
    strictly(tuned, FineTuningJob)
    assert tuned.model == "lab-micro"
    assert tuned.fine_tuned_model is not None
    assert tuned.fine_tuned_model.startswith("ft:lab-micro:lab:pirate:")
    assert (tuned.seed, tuned.organization_id, tuned.error) == (7, "org-lab", None)
    assert tuned.estimated_finish is None
    assert tuned.finished_at is not None
    assert tuned.trained_tokens
    assert tuned.hyperparameters.n_epochs == 5
    assert tuned.hyperparameters.learning_rate_multiplier == 1.0
    assert tuned.method is not None
    assert tuned.method.supervised is not None
    assert tuned.method.supervised.hyperparameters is not None
    assert tuned.method.supervised.hyperparameters.batch_size == 4
    assert tuned.model_extra is not None
    assert tuned.model_extra["user_provided_suffix"] == "pirate"

    events = list(client.fine_tuning.jobs.list_events(tuned.id, limit=7))
    for event in events:
        strictly(event, FineTuningJobEvent)
    assert len({event.id for event in events}) == len(events)
    assert [event.message for event in events if event.type == "message"] == [
        "The job has successfully completed",
        f"New fine-tuned model created: {tuned.fine_tuned_model}",
        "Checkpoint created at step 15",
        "Checkpoint created at step 12",
        "Checkpoint created at step 9",
        "Checkpoint created at step 6",
        "Checkpoint created at step 3",
        "Fine-tuning job started",
        "Files validated, moving job to queued state",
        f"Validating validation file: {tuned.validation_file}",
        f"Validating training file: {tuned.training_file}",
        f"Created fine-tuning job: {tuned.id}",
    ]
    metrics = [event for event in events if event.type == "metrics"]
    assert [event.data["step"] for event in metrics] == list(range(15, 0, -1))  # type: ignore[index]
    assert metrics[0].data.keys() == {  # type: ignore[union-attr]
        "step", "total_steps", "train_loss", "train_mean_token_accuracy", "valid_loss",
        "valid_mean_token_accuracy", "full_valid_loss", "full_valid_mean_token_accuracy",
    }  # fmt: skip
    assert metrics[0].message.startswith("Step 15/15: training loss=")

    page = client.fine_tuning.jobs.checkpoints.list(tuned.id, limit=2)
    assert page.has_more
    checkpoints = [*page.data, *page.get_next_page().data]
    for checkpoint in checkpoints:
        strictly(checkpoint, FineTuningJobCheckpoint)
    assert [checkpoint.step_number for checkpoint in checkpoints] == [15, 12, 9]
    assert checkpoints[0].fine_tuned_model_checkpoint == f"{tuned.fine_tuned_model}:ckpt-step-15"
    assert checkpoints[0].metrics.full_valid_loss is not None

    content = client.files.content(tuned.result_files[0])
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(content.read()).decode())))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 16)]
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    assert rows[-1]["valid_loss"]
    assert client.files.retrieve(tuned.result_files[0]).purpose == "fine-tune-results"

    found = client.fine_tuning.jobs.list(metadata={"purpose": "shared"})
    assert [job.id for job in found.data] == [tuned.id]
    assert client.fine_tuning.jobs.list(metadata={"purpose": "other"}).data == []


def test_job_with_preferences_can_be_paused_resumed_and_cancelled(client: OpenAI) -> None:
    file = client.files.create(file=("p.jsonl", preference_lines()), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model="lab-micro",
        training_file=file.id,
        method={"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.5}}},
    )
    strictly(job, FineTuningJob)
    job = finished(client, job.id)
    assert job.method is not None
    assert job.method.dpo is not None
    assert job.method.dpo.hyperparameters is not None
    assert job.method.dpo.hyperparameters.beta == 0.5
    assert job.fine_tuned_model is not None
    assert job.fine_tuned_model.startswith("ft:lab-micro:lab::")

    chats = client.files.create(file=("c.jsonl", chat_lines(12)), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model="lab-micro",
        training_file=chats.id,
        hyperparameters={"n_epochs": 50, "batch_size": 1},
    )
    paused = client.fine_tuning.jobs.pause(job.id)
    assert str(paused.status) == "paused"
    strictly_running = client.fine_tuning.jobs.resume(job.id)
    assert strictly_running.status in {"validating_files", "queued", "running"}
    cancelled = client.fine_tuning.jobs.cancel(job.id)
    strictly(cancelled, FineTuningJob)
    assert cancelled.status == "cancelled"
    listed = client.fine_tuning.jobs.list(limit=1)
    assert listed.has_more
    assert client.fine_tuning.jobs.list(limit=1, after=listed.data[0].id).data[0].id != job.id


async def test_chat(lab: LabProcess, tuned: FineTuningJob) -> None:
    assert tuned.fine_tuned_model is not None
    names = [
        "lab-micro",
        tuned.fine_tuned_model,
        f"{tuned.fine_tuned_model}:ckpt-step-9",
    ]
    async with lab.async_client() as client:
        for name in names:
            answer = await client.chat.completions.create(
                model=name, messages=ASK, temperature=0, max_tokens=8, logprobs=True, top_logprobs=2
            )
            strictly(answer, ChatCompletion)
            assert answer.model == name
            assert answer.usage is not None
            assert answer.usage.total_tokens == (
                answer.usage.prompt_tokens + answer.usage.completion_tokens
            )
            logprobs = answer.choices[0].logprobs
            assert logprobs is not None
            assert logprobs.content is not None
            assert len(logprobs.content) == answer.usage.completion_tokens
            assert len(logprobs.content[0].top_logprobs) == 2
            assert answer.system_fingerprint

            text, chunks = "", []
            async with await client.chat.completions.create(
                model=name, messages=ASK, temperature=0, max_completion_tokens=8, stream=True,
                stream_options={"include_usage": True},
            ) as stream:  # fmt: skip
                async for chunk in stream:
                    chunks.append(chunk)
                    text += "".join(choice.delta.content or "" for choice in chunk.choices)
            assert text == answer.choices[0].message.content
            assert chunks[0].choices[0].delta.role == "assistant"
            assert chunks[-2].choices[0].finish_reason == answer.choices[0].finish_reason
            assert chunks[-1].choices == []
            assert chunks[-1].usage is not None
            assert chunks[-1].usage.total_tokens == answer.usage.total_tokens


def test_models(client: OpenAI, tuned: FineTuningJob) -> None:
    assert tuned.fine_tuned_model is not None
    listed = {model.id: model for model in client.models.list()}
    for model in listed.values():
        strictly(model, Model)
    assert listed["lab-small"].shutdown_date is None
    assert listed["lab-micro"].shutdown_date == "2027-12-31"
    assert listed[tuned.fine_tuned_model].owned_by == "org-lab"
    checkpoint = f"{tuned.fine_tuned_model}:ckpt-step-12"
    assert client.models.retrieve(checkpoint).id == checkpoint
    with pytest.raises(openai.PermissionDeniedError, match="base model"):
        client.models.delete("lab-small")

    more = client.fine_tuning.jobs.create(
        model=tuned.fine_tuned_model,
        training_file=tuned.training_file,
        suffix="again",
        hyperparameters={"n_epochs": 1},
    )
    assert more.model == tuned.fine_tuned_model
    name = finished(client, more.id).fine_tuned_model
    assert name is not None
    assert name.startswith("ft:lab-micro:lab:again:")
    deleted = client.models.delete(name)
    strictly(deleted, ModelDeleted)
    assert (deleted.id, deleted.deleted, deleted.object) == (name, True, "model")
    with pytest.raises(openai.NotFoundError) as gone:
        client.models.retrieve(name)
    assert gone.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError) as silent:
        client.chat.completions.create(model=name, messages=ASK)
    assert silent.value.code == "model_not_found"
