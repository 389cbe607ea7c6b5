"""Together: uploads by a redirect to another server, jobs of its own shape, prices, endpoints.

Nothing waits: a job or a file takes one step of its life with every look at it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer, problem
from tests.replay.base import KEY
from tui.core.provider.together.requests import create_body

if TYPE_CHECKING:
    from tests.faults.server import Seen

BASE = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"
PROJECT = "proj-1"
_FIELD = re.compile(rb'name="([^"]*)"\r\n\r\n([^\r]*)\r\n')
_KNOWN = {
    "training_file", "validation_file", "model", "from_checkpoint", "n_epochs", "n_checkpoints",
    "n_evals", "batch_size", "learning_rate", "warmup_ratio", "weight_decay", "max_grad_norm",
    "max_seq_length", "packing", "suffix", "random_seed", "training_type", "training_method",
}  # fmt: skip
_PRICED = {
    "training_file", "validation_file", "model", "from_checkpoint", "n_epochs", "n_evals",
    "training_type", "training_method",
}  # fmt: skip
_DETAIL_ONLY = {"events", "queue_depth", "steps_completed", "total_steps"}


class Storage(FaultServer):
    """Where contents go: it knows signed addresses and nothing of keys."""

    root = ""

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}  # the digest that is expected, by path
        self.contents: dict[str, bytes] = {}  # by digest
        super().__init__()

    def act(self, seen: Seen) -> tuple[int, Any]:
        wanted = self.waiting.get(seen.path)
        if seen.method != "PUT" or wanted is None or seen.query.get("signature") != wanted[:16]:
            return 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"
        if hashlib.sha256(seen.body).hexdigest() != wanted:
            return 400, "<Error><Code>BadDigest</Code></Error>"
        self.contents[wanted] = seen.body
        return 200, ""


class TogetherReplay(FaultServer):
    """`lives` are the statuses of a job in turn; `unfit` is what it finds wrong with a file."""

    root = "/v1"
    kind = "together"
    base = BASE
    lives = ("pending", "queued", "running", "running", "compressing", "uploading", "completed")
    gives_metadata_back = True  # the mark, in its suffix
    takes_suffix = True
    account = PROJECT
    profile_lines = f'account = "{PROJECT}"'
    create_at = "POST /fine-tunes"

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.storage = Storage()
        self.pending: dict[str, dict[str, Any]] = {}  # files whose content is not there yet
        self.endpoints: list[dict[str, Any]] = []
        self.wrong_keys = 0
        self.unfit = ""
        self.price: dict[str, Any] = {
            "estimation_available": True, "estimated_total_price": 4.2,
            "allowed_to_proceed": True, "user_limit": 100.0,
        }  # fmt: skip
        self.limits = {
            "model_name": BASE, "max_num_epochs": 20, "max_learning_rate": 0.001,
            "min_learning_rate": 1e-8, "supports_full_training": True,
            "lora_training": {"max_rank": 64, "min_batch_size": 8, "max_batch_size": 32},
        }  # fmt: skip
        self.hardware = [
            {"id": "hw-1", "name": "1xnvidia-h100-80gb", "priceCentsPerHour": 340, "gpuCount": 1},
            {"id": "hw-2", "name": "8xnvidia-b200-180gb", "priceCentsPerHour": 9600},
        ]  # fmt: skip
        self._numbers = itertools.count(1)
        super().__init__()

    def close(self) -> None:
        super().close()
        self.storage.close()

    @property
    def tuned(self) -> str | None:
        """The model that the newest job made."""
        return self.jobs[0].get("model_output_name") if self.jobs else None

    @property
    def models(self) -> set[str]:
        """The models that jobs have made and that are there."""
        return {job["model_output_name"] for job in self.jobs if job.get("model_output_name")}

    @property
    def contents(self) -> dict[str, bytes]:
        """The contents by file."""
        return {one: self.storage.contents[file["_digest"]] for one, file in self.files.items()}

    def of_another(self, asked: dict[str, Any], at: int) -> None:
        """Add a job that was asked for elsewhere, at a Unix time, with a body of OpenAI's shape."""
        made = datetime.fromtimestamp(at, UTC).isoformat()
        self.new_job({**create_body(asked), "created_at": made, "_lives": []})

    def deploy(self, model: str, name: str = "acme/pirates", state: str = "READY") -> str:
        """Serve a model from an endpoint; returns what to call it in a chat."""
        number = next(self._numbers)
        serving = {
            "id": f"dep-{number}", "name": f"{name}/first", "modelId": _registered(model),
            "state": f"DEPLOYMENT_STATE_{state}", "createdAt": _now(),
            "hardware": "1xnvidia-h100-80gb", "readyReplicas": int(state == "READY"),
            "autoscaling": {"minReplicas": 1, "maxReplicas": 1},
        }  # fmt: skip
        made = {"id": f"ep-{number}", "name": name, "createdAt": _now(), "deployments": [serving]}
        self.endpoints.append(made)
        return name

    # -- requests ----------------------------------------------------------------------------

    def act(self, seen: Seen) -> tuple[int, Any] | tuple[int, Any, dict[str, str]]:
        if seen.headers.get("authorization") != f"Bearer {self.key}":
            self.wrong_keys += 1
            return 401, problem("Invalid API key provided", code="invalid_api_key")
        first, *rest = seen.path.strip("/").split("/")
        found = {
            "files": self._files,
            "fine-tunes": self._jobs,
            "models": self._models,
            "chat": self._chat,
            "v2": self._projects,
        }.get(first)
        return found(seen, rest) if found else (404, problem(f"nothing at {seen.path}"))

    # -- files -------------------------------------------------------------------------------

    def _files(self, seen: Seen, rest: list[str]) -> Any:
        if not rest and seen.method == "POST":
            return self._ask_to_upload(seen)
        if not rest:
            return 200, {"data": [self._told_file(one) for one in self.files.values()]}
        self._arrive(rest[0])
        file = self.files.get(rest[0])
        if file is None:
            return 404, problem("File not found", code="not_found")
        if seen.method == "DELETE":
            del self.files[rest[0]]
            return 200, {"id": rest[0], "deleted": True}
        if rest[1:] == ["preprocess"] and seen.method == "POST":
            file["processing_status"] = "QUEUED"
        elif rest[1:] == ["content"]:
            return 200, self.storage.contents[file["_digest"]].decode("utf-8-sig")
        elif not rest[1:]:
            self._check(file)
        return 200, self._told_file(file)

    def _ask_to_upload(self, seen: Seen) -> Any:
        if b"filename=" in seen.body:
            return 400, problem("send the content to the address that is given")
        told = {name.decode(): value.decode() for name, value in _FIELD.findall(seen.body)}
        if told.keys() != {"purpose", "file_name", "file_type", "checksum"}:
            return 400, problem("purpose, file_name, file_type and checksum are needed")
        if told["file_type"] not in {"jsonl", "parquet", "csv"} or len(told["checksum"]) != 64:
            return 400, problem("file_type or checksum is wrong")
        for one in [*self.pending]:
            self._arrive(one)
        same = (id_ for id_, f in self.files.items() if f["_digest"] == told["checksum"])
        if known := next(same, None):
            return 409, {"file_id": known, "message": "File already exists"}
        file_id = f"file-{next(self._numbers):08x}"
        path = f"/bucket/{file_id}"
        self.storage.waiting[path] = told["checksum"]
        self.pending[file_id] = told
        address = f"{self.storage.url}{path}?signature={told['checksum'][:16]}"
        return 302, "", {"location": address, "x-together-file-id": file_id}

    def _arrive(self, file_id: str) -> None:
        """Make a file of what was asked for once its content is in the storage."""
        told = self.pending.get(file_id)
        if told is None or told["checksum"] not in self.storage.contents:
            return
        del self.pending[file_id]
        self.files[file_id] = {
            "id": file_id, "object": "file", "filename": told["file_name"],
            "bytes": len(self.storage.contents[told["checksum"]]), "purpose": told["purpose"],
            "FileType": told["file_type"], "created_at": int(datetime.now(UTC).timestamp()),
            "processing_status": "PENDING", "_digest": told["checksum"],
        }  # fmt: skip

    def _check(self, file: dict[str, Any]) -> None:
        if file["processing_status"] == "QUEUED":
            file["processing_status"] = "RUNNING"
        elif file["processing_status"] == "RUNNING":
            file["processing_status"] = "INVALID_FORMAT" if self.unfit else "COMPLETED"
            lines = self.storage.contents[file["_digest"]].count(b"\n")
            report = {"valid": not self.unfit, "dataset_format": "CONVERSATION", "nlines": lines}
            file["validation_report"] = report | ({"error": self.unfit} if self.unfit else {})

    def _told_file(self, file: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in file.items() if not name.startswith("_")}

    # -- jobs --------------------------------------------------------------------------------

    def _jobs(self, seen: Seen, rest: list[str]) -> Any:
        if not rest and seen.method == "POST":
            return self._create(json.loads(seen.body))
        if not rest:
            for job in self.jobs:
                self._live(job)
            return 200, {"data": [self._told(job, whole=False) for job in reversed(self.jobs)]}
        if rest == ["estimate-price"]:
            return self._estimate(json.loads(seen.body))
        if rest == ["models", "limits"]:
            known = seen.query.get("model_name") == BASE
            return (200, self.limits) if known else (404, problem("model not found"))
        job = next((job for job in self.jobs if job["id"] == rest[0]), None)
        if job is None:
            return 404, problem("job not found", code="not_found")
        if not rest[1:] and seen.method == "DELETE":
            self.jobs.remove(job)
            return 200, {"message": "Fine-tune job deleted"}
        if not rest[1:]:
            self._live(job)
            return 200, self._told(job, whole=True)
        return self._of_job(job, rest[1], seen)

    def _of_job(self, job: dict[str, Any], what: str, seen: Seen) -> Any:
        if what == "events":
            return 200, {"data": job["events"]}
        if what == "metrics":
            since = int(seen.query.get("global_step_from", 0))
            rows = [row for row in job["_metrics"] if row["train/global_step"] >= since]
            return 200, {"metrics": rows}
        if what == "checkpoints":
            done = job["status"] == "completed"
            return 200, {"data": [_checkpoint(2)] if done else []}
        if what == "cancel" and seen.method == "POST":
            job["_lives"] = ["cancel_requested", "cancelled"]
            self._live(job)
            return 200, self._told(job, whole=False)
        return 404, problem(f"nothing at {what}")

    def _create(self, asked: dict[str, Any]) -> Any:
        if said := self._refusal(asked, _KNOWN):
            return 400, problem(said)
        job = self.new_job(asked)
        self._live(job)
        return 200, self._told(job, whole=False)

    def new_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        job = {
            "id": f"ft-{next(self._numbers):08x}", "status": "pending", "user_id": "user-1",
            "created_at": _now(), "updated_at": _now(), "events": [], "total_price": 0,
            "token_count": 0, "model_output_name": None, "queue_depth": 3, "total_steps": 2,
            "steps_completed": 0, "_lives": list(self.lives), "_metrics": [], **asked,
        }  # fmt: skip
        self.jobs.insert(0, job)
        return job

    def _refusal(self, asked: dict[str, Any], known: set[str]) -> str:
        """Why a job, or an estimate of its price, is refused."""
        kind, method = asked.get("training_type"), asked.get("training_method", {})
        checks = (
            (sorted(asked.keys() - known), "unknown field"),
            (("model" in asked) == ("from_checkpoint" in asked), "model or from_checkpoint"),
            (asked.get("training_file") not in self.files, "no such training file"),
            (len(asked.get("suffix", "")) > 40, "suffix has at most 40 characters"),
            (kind is not None and kind.get("type") not in {"Lora", "Full"}, "training_type"),
            (kind and kind["type"] == "Lora" and not {"lora_r", "lora_alpha"} <= kind.keys(),
             "lora_r and lora_alpha are required"),
            (method.get("method") not in {"sft", "dpo"}, "training_method is needed"),
            (method.get("method") == "sft" and "train_on_inputs" not in method, "train_on_inputs"),
            (asked.get("learning_rate", 0) > 0.1, "learning_rate is absolute"),
            (known is _KNOWN and not self._checked(asked), "the file is not validated"),
        )  # fmt: skip
        return next((f"{said}: {wrong}" for wrong, said in checks if wrong), "")

    def _checked(self, asked: dict[str, Any]) -> bool:
        named = [asked["training_file"], asked.get("validation_file")]
        return all(self.files[one]["processing_status"] == "COMPLETED" for one in named if one)

    def _estimate(self, asked: dict[str, Any]) -> Any:
        if said := self._refusal(asked, _PRICED):
            return 400, problem(said)
        if not self._checked(asked):
            reason = "train_file_not_validated"
            return 200, {"estimation_available": False, "unavailable_reason": reason}
        return 200, self.price

    def _live(self, job: dict[str, Any]) -> None:
        if not job["_lives"]:
            return
        job["status"] = status = job["_lives"].pop(0)
        job["updated_at"] = _now()
        job["progress"] = {"estimate_available": status == "running", "seconds_remaining": 90}
        job["events"].append(_event(f"The job is {status}", f"job_{status}"))
        if status == "running":
            job["steps_completed"] += 1
            step = job["steps_completed"]
            row = {"train/global_step": step, "train/loss": 1.0 / step, "timestamp": _now()}
            job["_metrics"] += [row, {"train/global_step": step, "eval/loss": 1.5 / step}]
        if status == "completed":
            short = (job.get("model") or "again").rpartition("/")[2]
            end = f"-{job['suffix']}" if job.get("suffix") else ""
            job["model_output_name"] = f"acme/{short}{end}-{job['id'][-8:]}"
            job |= {"total_price": 4_200_000_000, "token_count": 960}

    def _told(self, job: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        hidden = set() if whole else _DETAIL_ONLY
        return {
            name: value
            for name, value in job.items()
            if not name.startswith("_") and name not in hidden
        }

    # -- models, chats, endpoints --------------------------------------------------------------

    def _models(self, seen: Seen, rest: list[str]) -> Any:
        if rest:
            return 404, problem(f"nothing at {seen.path}")
        return 200, [{"id": BASE, "object": "model", "created": 1_700_000_000, "type": "chat"}]

    def _chat(self, seen: Seen, rest: list[str]) -> Any:
        model = json.loads(seen.body)["model"]
        if model not in {BASE, *(one["name"] for one in self.endpoints)}:
            said = f"Unable to access non-serverless model {model}"
            return 400, problem(said, code="model_not_available")
        message = {"role": "assistant", "content": f"Ahoy from {model}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return 200, {"object": "chat.completion", "choices": [choice]}

    def _endpoint(self, seen: Seen, rest: list[str]) -> Any:
        endpoint = next((one for one in self.endpoints if one["id"] == rest[0]), None)
        if endpoint is None:
            return 404, problem("Endpoint not found")
        if not rest[1:]:
            return 200, endpoint
        held = endpoint["deployments"]
        serving = next((one for one in held if one["id"] == rest[-1]), None)
        if serving is None or rest[1] != "deployments":
            return 404, problem("Deployment not found")
        if seen.method == "DELETE":
            held.remove(serving)
            return 200, {}
        if seen.method == "PATCH":
            asked = {"autoscaling": {"minReplicas": 0, "maxReplicas": 0}}
            if json.loads(seen.body) != asked or seen.query != {"updateMask": "autoscaling"}:
                return 400, problem("only the replicas can be changed here")
            serving |= {"state": "DEPLOYMENT_STATE_STOPPED", "readyReplicas": 0, **asked}
        return 200, serving

    def _projects(self, seen: Seen, rest: list[str]) -> Any:
        if rest == ["public", "inference-instance-types"]:
            return 200, {"data": self.hardware}
        if rest[:2] != ["projects", PROJECT]:
            return 403, problem("not your project")
        if rest[2:] == ["endpoints"]:
            return 200, self._paged(self.endpoints, seen)
        if rest[2:3] == ["endpoints"]:
            return self._endpoint(seen, rest[3:])
        if rest[2:] == ["models"]:
            made = [{"id": _registered(name), "name": name} for name in sorted(self.models)]
            return 200, self._paged(made, seen)
        return 404, problem(f"nothing at {seen.path}")

    def _paged(self, rows: list[dict[str, Any]], seen: Seen) -> dict[str, Any]:
        start = int(seen.query.get("after", "cursor-0").removeprefix("cursor-"))
        following = f"cursor-{start + 1}" if start + 1 < len(rows) else None
        return {"data": rows[start : start + 1], "next_cursor": following}


def _registered(model: str) -> str:
    return f"ml_{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def _event(message: str, kind: str) -> dict[str, Any]:
    return {"object": "fine-tune-event", "created_at": _now(), "message": message,
            "type": kind, "level": "info"}  # fmt: skip


def _checkpoint(step: int) -> dict[str, Any]:
    return {"step": step, "checkpoint_type": "Final", "path": "s3://bucket/final",
            "created_at": _now()}  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
