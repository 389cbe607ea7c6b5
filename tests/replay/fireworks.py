"""Fireworks: datasets, signed uploads at another port, jobs by our own ids, deployments.

Its storage is a server of its own: whatever reaches it is kept with its headers.
"""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer
from tests.replay.base import KEY, form_content

if TYPE_CHECKING:
    from tests.faults.server import Seen

ACCOUNT = "acme"
BASE = "accounts/fireworks/models/qwen3-8b"
ROOT = f"/v1/accounts/{ACCOUNT}"
SUPERVISED, DPO = "supervisedFineTuningJobs", "dpoJobs"
REINFORCEMENT = "reinforcementFineTuningJobs"
# What a creation may hold, beside its id in the query.
_TRAINING = {
    "baseModel", "warmStartFrom", "outputModel", "epochs", "learningRate", "loraRank",
    "maxContextLength", "batchSize", "batchSizeSamples", "gradientAccumulationSteps",
    "learningRateWarmupSteps", "optimizerWeightDecay",
}  # fmt: skip
_FIELDS = {
    SUPERVISED: _TRAINING | {"dataset", "displayName", "evaluationDataset", "earlyStop",
                             "evalAutoCarveout"},
    DPO: {"dataset", "displayName", "lossConfig", "trainingConfig"},
}  # fmt: skip
_EXPIRED = (
    "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code>"
    "<Message>The provided token has expired.</Message><Details>Request signature</Details></Error>"
)
_GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 412: 9, 429: 8}


class Storage(FaultServer):
    """A bucket with signed addresses, which knows no key. One that is `over` is refused."""

    root = ""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.sizes: dict[str, str] = {}  # allowed for an upload, by path
        self.signed: list[str] = []  # signatures given out
        self.over: set[str] = set()  # those that are not taken any more
        self._signatures = itertools.count(1)
        super().__init__()

    def sign(self, path: str, size: str = "") -> str:
        """Return an address that is good for one path, and for one size of an upload."""
        signature = f"sig-{next(self._signatures)}"
        self.signed.append(signature)
        if size:
            self.sizes[path] = size
        return f"{self.url}{path}?X-Goog-Signature={signature}"

    def act(self, seen: Seen) -> tuple[int, Any]:
        signature = seen.query.get("X-Goog-Signature", "")
        if not signature or signature in self.over:
            return 403, _EXPIRED
        if seen.method == "PUT":
            exact = f"{self.sizes[seen.path]},{self.sizes[seen.path]}"
            told = seen.headers.get("x-goog-content-length-range")
            kind = seen.headers.get("content-type")
            if (told, kind) != (exact, "application/octet-stream"):
                return 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"
            if str(len(seen.body)) != self.sizes[seen.path]:
                return 400, "<Error><Code>InvalidArgument</Code></Error>"
            self.contents[seen.path] = seen.body
            return 200, ""
        if seen.path not in self.contents:
            return 404, "<Error><Code>NoSuchKey</Code></Error>"
        return 200, self.contents[seen.path].decode()


class FireworksReplay(FaultServer):
    """Nothing waits: a job takes one step of its life with every look at it."""

    kind = "fireworks"
    base = BASE
    root = ""
    takes_suffix = True
    lives = (
        "JOB_STATE_CREATING", "JOB_STATE_PENDING", "JOB_STATE_RUNNING",
        "JOB_STATE_WRITING_RESULTS", "JOB_STATE_COMPLETED",
    )  # fmt: skip
    page = 2  # rows of a list at once, whatever is asked for

    def __init__(self, account: str = ACCOUNT, key: str = KEY) -> None:
        self.account, self.key, self.wrong_keys = account, key, 0
        self.profile_lines = f'account = "{account}"'
        self.own = f"/v1/accounts/{account}"  # where paths of the account begin
        self.datasets: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.models: dict[str, dict[str, Any]] = {}
        self.deployments: dict[str, dict[str, Any]] = {}
        self.deployed: dict[str, dict[str, Any]] = {}
        self.validations_to_fail = 0  # while the storage is busy
        self.looks_until_ready = 0
        self.storage = Storage()
        super().__init__()

    def close(self) -> None:
        super().close()
        self.storage.close()

    @property
    def tuned(self) -> str | None:
        """The model that the newest job made."""
        return next((name for name in self.models if "finetui" in name or "pirate" in name), None)

    def knows(self, name: str) -> bool:
        """Whether a model is listed."""
        return name in self.models

    def deploy(self, model: str) -> str:
        """Load a model on a deployment of its own; return the name to chat with."""
        deployment = f"accounts/{self.account}/deployments/d-{next(self._ids)}"
        self.deployments[deployment] = {
            "name": deployment, "baseModel": BASE, "state": "READY", "enableAddons": True,
            "minReplicaCount": 0, "acceleratorType": "NVIDIA_H100_80GB", "acceleratorCount": 1,
            "replicaStats": {"readyReplicaCount": 1}, "createTime": _now(),
        }  # fmt: skip
        name = f"accounts/{self.account}/deployedModels/dm-{next(self._ids)}"
        self.deployed[name] = {
            "name": name, "model": model, "deployment": deployment, "state": "DEPLOYED",
            "createTime": _now(),
        }  # fmt: skip
        return f"{model}#{deployment}"

    # -- requests --------------------------------------------------------------------------

    def act(self, seen: Seen) -> tuple[int, Any]:
        if seen.headers.get("authorization") != f"Bearer {self.key}":
            self.wrong_keys += 1
            return _problem(401, "invalid API key")
        if seen.path == "/inference/v1/chat/completions":
            return self._chat(json.loads(seen.body)["model"])
        if seen.path == "/v1/accounts/fireworks/models":
            base = {"name": BASE, "kind": "HF_BASE_MODEL", "tunable": True, "state": "READY"}
            other = {"name": f"{BASE}-embed", "kind": "EMBEDDING_MODEL", "state": "READY"}
            return 200, {"models": [base, other], "totalSize": 2}
        if not seen.path.startswith(f"{self.own}/"):
            return _problem(404, f"no account for {seen.path}")
        what, _, action = seen.path.removeprefix(f"{self.own}/").partition(":")
        collection, _, identifier = what.partition("/")
        found = {
            "datasets": self._datasets,
            SUPERVISED: self._jobs,
            DPO: self._jobs,
            REINFORCEMENT: self._jobs,
            "models": self._models,
            "deployments": self._deployments,
            "deployedModels": self._deployments,
        }.get(collection)
        if found is None:
            return 404, {"code": 5, "message": "Not Found"}
        return found(seen, collection, identifier, action)

    def _list(self, key: str, held: dict[str, dict[str, Any]], seen: Seen) -> tuple[int, Any]:
        """Return a page by name, as the list is sorted where no order is asked for."""
        if unknown := seen.query.keys() - {"pageSize", "pageToken", "readMask", "filter"}:
            return _problem(400, f"unknown field {min(unknown)}")
        rows = [held[name] for name in sorted(held)]
        start = int(seen.query.get("pageToken") or 0)
        after = start + self.page
        more = {"nextPageToken": str(after)} if after < len(rows) else {"nextPageToken": ""}
        return 200, {key: [self._shown(row) for row in rows[start:after]], **more}

    # -- datasets --------------------------------------------------------------------------

    def _datasets(
        self, seen: Seen, _: str, identifier: str, action: str
    ) -> tuple[int, Any]:  # fmt: skip
        if not identifier:
            if seen.method == "GET":
                return self._list("datasets", self.datasets, seen)
            return self._make_dataset(json.loads(seen.body))
        name = f"accounts/{self.account}/datasets/{identifier}"
        dataset = self.datasets.get(name)
        if dataset is None:
            return _problem(404, f"dataset {identifier} not found")
        if action:
            return self._dataset_action(dataset, action, seen)
        if seen.method == "DELETE":
            del self.datasets[name]
            return 200, {}
        if dataset["_arrived"] and dataset["state"] == "UPLOADING":
            dataset["_looks"] -= 1
            if dataset["_looks"] < 0:
                dataset["state"] = "READY"
        return 200, _told(dataset)

    def _make_dataset(self, asked: dict[str, Any]) -> tuple[int, Any]:
        identifier, dataset = asked["datasetId"], asked["dataset"]
        if len(identifier) > 63 or not identifier.replace("-", "").isalnum():
            return _problem(400, f"invalid dataset id {identifier}")
        if dataset.get("userUploaded") != {} or dataset.get("format") != "CHAT":
            return _problem(400, "userUploaded and format are needed")
        name = f"accounts/{self.account}/datasets/{identifier}"
        if name in self.datasets:
            return _problem(409, f"dataset {identifier} already exists")
        self.datasets[name] = dataset | {
            "name": name, "state": "UPLOADING", "createTime": _now(),
            "status": {"code": "OK", "message": ""}, "_arrived": False,
            "_looks": self.looks_until_ready,
        }  # fmt: skip
        return 200, _told(self.datasets[name])

    def _dataset_action(
        self, dataset: dict[str, Any], action: str, seen: Seen
    ) -> tuple[int, Any]:  # fmt: skip
        identifier = dataset["name"].rpartition("/")[2]
        if action == "upload":
            if dataset["state"] != "UPLOADING":
                return _problem(400, "the dataset has its content", grpc=9)
            content = form_content(seen.body)
            return self._arrived(dataset, content) or (
                200,
                {"id": identifier, "object": "file", "bytes": len(content), "purpose": ""},
            )
        if action == "getUploadEndpoint":
            [(filename, size)] = json.loads(seen.body)["filenameToSize"].items()
            path = f"/{identifier}/{filename}"
            dataset["_path"] = path
            return 200, {"filenameToSignedUrls": {filename: self.storage.sign(path, size)}}
        if action == "validateUpload":
            content = self.storage.contents.get(dataset.get("_path", ""))
            if content is None or self.validations_to_fail > 0:
                self.validations_to_fail -= 1
                return _problem(400, "the upload is not complete", grpc=9)
            return self._arrived(dataset, content) or (200, {})
        if action == "getDownloadEndpoint":
            path = f"/{identifier}/content.jsonl"
            self.storage.contents[path] = self.contents[identifier]
            return 200, {"filenameToSignedUrls": {"content.jsonl": self.storage.sign(path)}}
        return _problem(404, f"nothing at {action}")

    def _arrived(self, dataset: dict[str, Any], content: bytes) -> tuple[int, Any] | None:
        lines = sum(1 for line in content.splitlines() if line.strip())
        if str(lines) != dataset["exampleCount"]:
            return _problem(400, f"{lines} examples, not {dataset['exampleCount']}")
        self.contents[dataset["name"].rpartition("/")[2]] = content
        dataset |= {"_arrived": True, "estimatedTokenCount": str(len(content) // 4)}
        if dataset["_looks"] <= 0:
            dataset["state"] = "READY"
        return None

    # -- jobs ------------------------------------------------------------------------------

    def _jobs(
        self, seen: Seen, collection: str, identifier: str, action: str
    ) -> tuple[int, Any]:  # fmt: skip
        held = {job["name"]: job for job in self.jobs if f"/{collection}/" in job["name"]}
        if not identifier:
            if seen.method == "POST" and collection != REINFORCEMENT:
                return self._create(seen, collection)
            for job in held.values():
                self._live(job)
            return self._list(collection, held, seen)
        job = held.get(f"accounts/{self.account}/{collection}/{identifier}")
        if job is None:
            return _problem(404, f"job {identifier} not found")
        if action:
            return self._job_action(job, collection, action)
        if seen.method == "DELETE":
            self.jobs.remove(job)
            return 200, {}
        self._live(job)
        return 200, self._shown(job)

    def _create(self, seen: Seen, collection: str) -> tuple[int, Any]:
        asked = json.loads(seen.body)
        field = {SUPERVISED: "supervisedFineTuningJobId", DPO: "dpoJobId"}[collection]
        identifier = seen.query.get(field, "")
        name = f"accounts/{self.account}/{collection}/{identifier}"
        if any(job["name"] == name for job in self.jobs):
            return _problem(409, f"job {identifier} already exists")
        if said := self._wrong(asked, collection, identifier):
            return _problem(400, said)
        if asked["dataset"] not in self.datasets:
            return _problem(404, f"dataset {asked['dataset']} not found")
        training = asked.get("trainingConfig", asked)
        output = training.get("outputModel") or identifier
        if f"accounts/{self.account}/models/{output}" in self.models:
            return _problem(409, f"model {output} already exists")
        self.make_job(collection, identifier, asked)
        return 200, _told(self.jobs[0])

    def make_job(self, collection: str, identifier: str, asked: dict[str, Any]) -> None:
        """Have a job, the newest."""
        self.jobs.insert(0, {
            "estimatedCost": {"currencyCode": "USD", "units": "2", "nanos": 500_000_000},
            **asked,
            "name": f"accounts/{self.account}/{collection}/{identifier}",
            "createTime": _now(), "status": {"code": "OK", "message": ""},
            "state": self.lives[0], "_lives": list(self.lives[1:]), "_steps": [],
        })  # fmt: skip

    def _wrong(self, asked: dict[str, Any], collection: str, identifier: str) -> str:
        if not identifier or len(identifier) > 63:
            return "an id of at most 63 characters is needed"
        training = asked.get("trainingConfig", asked)
        if unknown := asked.keys() - _FIELDS[collection] or training.keys() - _FIELDS[SUPERVISED]:
            return f"unknown field {min(unknown)}"
        if ("baseModel" in training) == ("warmStartFrom" in training):
            return "one of baseModel and warmStartFrom is needed"
        if collection == DPO:
            loss = asked.get("lossConfig", {})
            beta = loss.get("dpo", {}).get("beta", 0.1)
            if loss.get("method") != "DPO" or not 0 < beta < 0.5:
                return "lossConfig must say DPO, with a beta below 0.5"
        return ""

    def _job_action(
        self, job: dict[str, Any], collection: str, action: str
    ) -> tuple[int, Any]:  # fmt: skip
        if action == "cancel":
            job |= {"state": "JOB_STATE_CANCELLING", "_lives": ["JOB_STATE_CANCELLED"]}
            return 200, {}
        if action == "resume":
            if job["state"] != "JOB_STATE_PAUSED":
                return _problem(400, "the job is not paused", grpc=9)
            job["_lives"] = ["JOB_STATE_RE_QUEUEING", *self.lives[2:]]
            return 200, {}
        if action == "getMetricsFileEndpoint" and collection == DPO:
            return 200, {"signedUrl": self._metrics_url(job)}
        return _problem(404, f"nothing at {action}")

    def _live(self, job: dict[str, Any]) -> None:
        if not job["_lives"]:
            return
        job["state"], job["updateTime"] = job["_lives"].pop(0), _now()
        left = len(job["_lives"])
        job["jobProgress"] = {"percent": round(100 * (1 - left / len(self.lives))), "epoch": 0}
        if job["state"] in {"JOB_STATE_RUNNING", "JOB_STATE_COMPLETED"}:
            self._step(job)
        if job["state"] == "JOB_STATE_COMPLETED":
            job["completedTime"] = _now()
            training = job.get("trainingConfig", job)
            output = training.get("outputModel") or job["name"].rpartition("/")[2]
            name = f"accounts/{self.account}/models/{output}"
            training["outputModel"] = name
            self.models[name] = {
                "name": name, "kind": "HF_PEFT_ADDON", "state": "READY", "createTime": _now(),
                "peftDetails": {"baseModel": training.get("baseModel", BASE), "r": 8},
                "fineTuningJob": job["name"],
            }  # fmt: skip

    def _step(self, job: dict[str, Any]) -> None:
        """Write a step into the metrics file, in the shape of before and in that of today."""
        step = len(job["_steps"]) + 1
        measured = {"train/loss": 1.0 / step, "train/lr": 1e-4, "train/step": step}
        line = (
            {"timestamp": time.time(), "step": step, "data": measured}
            if step == 1
            else {"step": step, **measured, "eval/loss": 1.5 / step}
        )
        job["_steps"].append(json.dumps(line))
        self.storage.contents[f"/{job['name']}/metrics.jsonl"] = (
            "\n".join(job["_steps"]) + '\n{"step": 9'  # which is being written
        ).encode()

    def _shown(self, held: dict[str, Any]) -> dict[str, Any]:
        """Return an object as it is told, with an address that is signed again each time."""
        if held.get("_steps") and f"/{SUPERVISED}/" in held["name"]:
            return {**_told(held), "metricsFileSignedUrl": self._metrics_url(held)}
        return _told(held)

    def _metrics_url(self, job: dict[str, Any]) -> str:
        return self.storage.sign(f"/{job['name']}/metrics.jsonl")

    # -- models and chat -------------------------------------------------------------------

    def _models(
        self, seen: Seen, _: str, identifier: str, action: str
    ) -> tuple[int, Any]:  # fmt: skip
        if not identifier:
            return self._list("models", self.models, seen)
        name = f"accounts/{self.account}/models/{identifier}"
        if name not in self.models or action:
            return _problem(404, f"model {identifier} not found")
        if seen.method == "DELETE":
            if any(one["model"] == name for one in self.deployed.values()):
                return _problem(400, "the model is deployed", grpc=9)
            del self.models[name]
            return 200, {}
        return 200, self.models[name]

    def _deployments(
        self, seen: Seen, collection: str, identifier: str, action: str
    ) -> tuple[int, Any]:  # fmt: skip
        held = self.deployments if collection == "deployments" else self.deployed
        if not identifier:
            return self._list(collection, held, seen)
        row = held.get(name := f"accounts/{self.account}/{collection}/{identifier}")
        if row is None:
            return _problem(404, f"{collection} {identifier} not found")
        if action:
            asked = (seen.method, action, seen.body) == ("PATCH", "scale", b'{"replicaCount":0}')
            if not asked or collection != "deployments":
                return _problem(400, f"nothing at {action}")
            row |= {"replicaStats": {"readyReplicaCount": 0}, "desiredReplicaCount": 0}
            return 200, {}
        if seen.method == "DELETE":
            if any(one["deployment"] == name for one in self.deployed.values()):
                return _problem(400, "models are loaded on it: unload them first", grpc=9)
            del held[name]
            return 200, {}
        return 200, row

    def _chat(self, model: str) -> tuple[int, Any]:
        answers = {f"{one['model']}#{one['deployment']}" for one in self.deployed.values()}
        if model not in {BASE, *answers}:
            error = {"message": "Model not found, inaccessible, and/or not deployed",
                     "code": "NOT_FOUND", "object": "error"}  # fmt: skip
            return 404, {"error": error}
        message = {"role": "assistant", "content": f"Ahoy from {model}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return 200, {"object": "chat.completion", "choices": [choice]}


def _told(held: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in held.items() if not key.startswith("_")}


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _problem(status: int, message: str, grpc: int | None = None) -> tuple[int, Any]:
    code = _GRPC.get(status, 2) if grpc is None else grpc
    return status, {"code": code, "message": message, "details": []}
