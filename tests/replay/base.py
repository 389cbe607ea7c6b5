"""A whole provider of OpenAI's protocol on loopback; a subclass says how one differs.

Nothing waits: a job takes one step of its life with every look at it.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer, page, problem

if TYPE_CHECKING:
    from tests.faults.server import Seen

KEY = "sk-replay-0123456789abcdef"
BASE = "gpt-4.1-mini-2025-04-14"
_NAME = re.compile(rb'filename="([^"]*)"')
_PURPOSE = re.compile(rb'name="purpose"\r\n\r\n([^\r]*)')


class Replay(FaultServer):
    """OpenAI's own behaviour. `kind` is the profile's; `lives` the statuses of a job in turn."""

    kind = "openai"
    base = BASE
    lives = ("validating_files", "queued", "running", "succeeded")
    gives_metadata_back = True
    takes_suffix = True
    profile_lines = ""  # what a profile needs beside its address and key
    create_at = "POST /fine_tuning/jobs"

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.models: dict[str, dict[str, Any]] = {}
        self.wrong_keys = 0
        super().__init__()
        self.models[self.base] = {"id": self.base, "object": "model", "owned_by": "system"}

    @property
    def tuned(self) -> str | None:
        """The model that the newest job made."""
        name: str | None = self.jobs[0]["fine_tuned_model"]
        return name

    def of_another(self, asked: dict[str, Any], at: int) -> None:
        """Add a job that was asked for elsewhere, at a Unix time, with a body of OpenAI's shape."""
        self.new_job({**asked, "created_at": at, "_lives": [], "_events": []})

    # -- what subclasses change ----------------------------------------------------------

    def knows(self, seen: Seen) -> bool:
        """Whether the request carries the key as this provider wants it."""
        return seen.headers.get("authorization") == f"Bearer {KEY}"

    def file_object(self, made: dict[str, Any]) -> dict[str, Any]:
        return {**made, "status": "processed"}

    def refusal(self, asked: dict[str, Any]) -> str:
        """Why a job is refused, empty where it is not."""
        return ""

    def tuned_name(self, job: dict[str, Any]) -> str | None:
        return f"ft:{job['model']}:org:{job.get('suffix') or ''}:{job['id'][-4:]}"

    def event_data(self, step: int) -> Any:
        return {"step": step, "total_steps": 2, "train_loss": 1.0 / step}

    def checkpoint(self, job: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"ftckpt_{job['id']}",
            "fine_tuned_model_checkpoint": f"{job['fine_tuned_model']}:ckpt-step-2",
            "step_number": 2,
            "metrics": {"step": 2, "train_loss": 0.5},
        }

    def answers(self, model: str) -> bool:
        """Whether a chat with this model is answered."""
        return model in self.models

    # -- how it works ----------------------------------------------------------------------

    def act(self, seen: Seen) -> tuple[int, Any]:
        if not self.knows(seen):
            self.wrong_keys += 1
            return 401, problem("Incorrect API key provided", code="invalid_api_key")
        first, *rest = seen.path.strip("/").split("/")
        found = {
            "files": self._files,
            "fine_tuning": self._jobs,
            "models": self._models,
            "chat": self._chat,
        }.get(first)
        return found(seen, rest) if found else self.other(seen)

    def other(self, seen: Seen) -> tuple[int, Any]:
        return 404, problem(f"nothing at {seen.path}", code="not_found")

    def _files(self, seen: Seen, rest: list[str]) -> tuple[int, Any]:
        if not rest and seen.method == "POST":
            name, purpose = _NAME.search(seen.body), _PURPOSE.search(seen.body)
            assert name
            assert purpose
            made = {
                "id": f"file-{next(self._ids)}",
                "object": "file",
                "filename": name[1].decode(),
                "purpose": purpose[1].decode(),
                "bytes": len(form_content(seen.body)),
                "created_at": int(time.time()),
            }
            self.contents[made["id"]] = form_content(seen.body)
            self.files[made["id"]] = self.file_object(made)
            return 200, self.files[made["id"]]
        if not rest:
            return 200, page(list(reversed(self.files.values())), seen.query)
        if rest[0] not in self.files:
            return 404, problem("No such File object", code="not_found")
        if seen.method == "DELETE":
            del self.files[rest[0]]
            return 200, {"id": rest[0], "object": "file", "deleted": True}
        if rest[1:] == ["content"]:
            return 200, self.contents[rest[0]].decode("utf-8-sig")
        return 200, self.files[rest[0]]

    def _jobs(self, seen: Seen, rest: list[str]) -> tuple[int, Any]:
        assert rest[0] == "jobs"
        if len(rest) == 1 and seen.method == "POST":
            return self._create(json.loads(seen.body))
        if len(rest) == 1:
            for job in self.jobs:
                self._live(job)
            return 200, page([self._told(job) for job in self.jobs], seen.query)
        job = next((job for job in self.jobs if job["id"] == rest[1]), None)
        if job is None:
            return 404, problem("no such job", code="not_found")
        if len(rest) == 2:
            self._live(job)
            return 200, self._told(job)
        return self.of_job(job, rest[2], seen)

    def of_job(self, job: dict[str, Any], what: str, seen: Seen) -> tuple[int, Any]:
        if what == "events":
            return 200, page(list(reversed(job["_events"])), seen.query)
        if what == "checkpoints":
            done = job["status"] == "succeeded"
            return 200, {"data": [self.checkpoint(job)] if done else [], "has_more": False}
        if what == "cancel":
            job["_lives"] = ["cancelled"]
            self._live(job)
            return 200, self._told(job)
        return 404, problem(f"nothing at {what}")

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        known = {
            "model", "training_file", "validation_file", "suffix", "seed", "metadata", "method",
            "hyperparameters", "integrations", *self.extra_fields,
        }  # fmt: skip
        if not self.takes_suffix:
            known.discard("suffix")
        if unknown := sorted(asked.keys() - known):
            return 400, problem(f"Unrecognized request argument: {unknown[0]}", param=unknown[0])
        if asked["training_file"] not in self.files:
            return 400, problem("no such training file", param="training_file")
        if said := self.refusal(asked):
            return 400, problem(said)
        job = self.new_job({**asked, "created_at": int(time.time()), "fine_tuned_model": None})
        job["_lives"], job["_events"] = list(self.lives), []
        self._live(job)
        return 200, self._told(job)

    extra_fields: tuple[str, ...] = ()

    def _live(self, job: dict[str, Any]) -> None:
        if not job["_lives"]:
            return
        job["status"] = job["_lives"].pop(0)
        step = len(job["_events"]) + 1
        data = self.event_data(step)
        event = {
            "id": f"event-{job['id']}-{step}",
            "created_at": job["created_at"] + step,
            "level": "info",
            "message": f"The job is {job['status']}",
            "type": "message" if data is None else "metrics",
            "data": data,
        }
        job["_events"].append(event)
        if job["status"] == "succeeded":
            job["finished_at"] = int(time.time())
            job["fine_tuned_model"] = name = self.tuned_name(job)
            if name:
                self.models[name] = {"id": name, "object": "model", "owned_by": "org"}
            result = f"file-{next(self._ids)}"
            self.files[result] = {"id": result, "filename": "step_metrics.csv", "bytes": 30}
            self.contents[result] = b"step,train_loss\n1,1.0\n2,0.5\n"
            job["result_files"] = [result]

    def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        hidden = {"_lives", "_events"} | (set() if self.gives_metadata_back else {"metadata"})
        return {key: value for key, value in job.items() if key not in hidden}

    def _models(self, seen: Seen, rest: list[str]) -> tuple[int, Any]:
        if not rest:
            return 200, {"object": "list", "data": [*self.models.values()]}
        name = "/".join(rest).replace("%2F", "/")
        if name not in self.models:
            return 404, problem("The model does not exist", code="model_not_found")
        if seen.method == "DELETE":
            del self.models[name]
            return 200, {"id": name, "object": "model", "deleted": True}
        return 200, self.models[name]

    def _chat(self, seen: Seen, rest: list[str]) -> tuple[int, Any]:
        model = json.loads(seen.body)["model"]
        if not self.answers(model):
            return 404, problem(f"The model {model} does not exist", code=self.no_model_code)
        message = {"role": "assistant", "content": f"Ahoy from {model}"}
        return 200, {
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }

    no_model_code = "model_not_found"


def form_content(form: bytes) -> bytes:
    head = form.index(b"filename=")
    start = form.index(b"\r\n\r\n", head) + 4
    return form[start : form.rindex(b"\r\n--")]
