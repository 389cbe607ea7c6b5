"""Fine-tuning jobs: OpenAI's request in Fireworks' words, and Fireworks' job in OpenAI's."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.core.jobs.mark import NONCE
from tui.core.provider.fireworks.names import id_text, job_id, name_of, resource, short
from tui.core.provider.fireworks.records import status_words, without_addresses
from tui.core.provider.parsing import (
    as_float,
    as_int,
    as_map,
    as_moment,
    as_object,
    as_text,
    required_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SUPERVISED, DPO = "supervisedFineTuningJobs", "dpoJobs"
REINFORCEMENT = "reinforcementFineTuningJobs"  # made elsewhere: they need an evaluator of its own
COLLECTIONS = (SUPERVISED, DPO, REINFORCEMENT)
ID_FIELDS = {SUPERVISED: "supervisedFineTuningJobId", DPO: "dpoJobId"}
# By the key in a request of OpenAI's shape.
_FIELDS = {
    "n_epochs": "epochs",
    "learning_rate_multiplier": "learningRate",  # an absolute rate, as its parameter says
    "lora_rank": "loraRank",
    "context_length": "maxContextLength",
    "batch_samples": "batchSizeSamples",
    "batch_tokens": "batchSize",
    "gradient_accumulation": "gradientAccumulationSteps",
    "warmup_steps": "learningRateWarmupSteps",
    "weight_decay": "optimizerWeightDecay",
    "early_stop": "earlyStop",
    "carve_out": "evalAutoCarveout",
}
_METHODS = {SUPERVISED: "supervised", DPO: "dpo", REINFORCEMENT: "reinforcement"}
_MODEL_MARK = 8  # characters of the nonce that make the name of a model one of its own


def collection_of(request: Mapping[str, Any]) -> str:
    """Return where the job of a request goes: preference pairs have a place of their own."""
    return DPO if as_map(request.get("method")).get("type") == "dpo" else SUPERVISED


def wire(request: Mapping[str, Any], account: str, *, goes_on: bool) -> dict[str, Any]:
    """Return what is sent for a request of OpenAI's shape, with the job's own id beside it.

    With `goes_on` its model is a LoRA that training goes on from.
    """
    collection = collection_of(request)
    method = "dpo" if collection == DPO else "supervised"
    nonce = str(as_map(request.get("metadata")).get(NONCE, ""))
    chosen = as_map(as_map(as_map(request.get("method")).get(method)).get("hyperparameters"))
    suffix = as_text(request.get("suffix"))
    training: dict[str, Any] = {
        "warmStartFrom" if goes_on else "baseModel": model_name(str(request["model"]))
    }
    if suffix:  # without one the model is called like the job
        training["outputModel"] = f"{id_text(suffix, 40)}-{nonce[:_MODEL_MARK]}".rstrip("-")
    training |= {field: chosen[key] for key, field in _FIELDS.items() if key in chosen}
    made: dict[str, Any] = {
        ID_FIELDS[collection]: job_id(nonce),
        "dataset": resource(account, "datasets", str(request["training_file"])),
    }
    if suffix:
        made["displayName"] = suffix
    if collection == DPO:
        # Always said: the documents disagree on what a job without it is.
        loss: dict[str, Any] = {"method": "DPO"}
        if "beta" in chosen:
            loss["dpo"] = {"beta": chosen["beta"]}
        return made | {"lossConfig": loss, "trainingConfig": training}
    if validation := as_text(request.get("validation_file")):
        made["evaluationDataset"] = resource(account, "datasets", validation)
    return made | training


def collection_in(name: str) -> str:
    """Return the place that a job's whole name says it is in."""
    return next((one for one in COLLECTIONS if f"/{one}/" in name), SUPERVISED)


def model_name(model: str) -> str:
    """Return the name of a base: a bare one is among Fireworks' own."""
    bare = model.partition("#")[0]
    return bare if "/" in bare else resource("fireworks", "models", bare)


def job_object(
    value: object, account: str, statuses: Mapping[str, str], said_by: str
) -> dict[str, Any]:
    """Return a job in OpenAI's shape; statuses that are not in `statuses` stay as they are.

    `said_by` names the provider beside its price. Raises MalformedError for one without a name.
    """
    native = as_object(value, "the job")
    name = name_of(native)
    identifier = required_id({"id": short(name, account)}, "the job")
    collection = collection_in(name)
    training = native if collection == SUPERVISED else as_map(native.get("trainingConfig"))
    state = as_text(native.get("state")) or "unknown"
    status = statuses.get(state, state)
    method = _METHODS[collection]
    progress = as_map(native.get("jobProgress"))
    made: dict[str, Any] = {
        "id": identifier,
        "object": "fine_tuning.job",
        "status": status,
        "model": as_text(training.get("baseModel")) or as_text(training.get("warmStartFrom")) or "",
        "fine_tuned_model": None,
        "created_at": as_moment(native.get("createTime")),
        "finished_at": as_moment(native.get("completedTime")),
        "training_file": _dataset(native.get("dataset"), account),
        "validation_file": _dataset(native.get("evaluationDataset"), account),
        "suffix": as_text(native.get("displayName")) or None,
        "method": {"type": method, method: {"hyperparameters": _hyperparameters(native, training)}},
        "result_files": [],
        "progress": as_float(progress.get("percent")),
        "epoch": as_int(progress.get("epoch")),
        "native": without_addresses(native),
    }
    if status == "succeeded":
        output = as_text(training.get("outputModel")) or identifier
        made["fine_tuned_model"] = resource(account, "models", output)
    if (price := cost_of(native, said_by)) is not None:
        made["price"] = price
    if problem := status_words(native):
        made["error"] = {"code": state, "message": problem}
    elif status == "failed":
        made["error"] = {"code": state, "message": state_words(state)}
    return made


def cost_of(native: Mapping[str, Any], said_by: str) -> dict[str, Any] | None:
    """Return the cost that Fireworks estimates for a job, None where it tells none."""
    cost = as_map(native.get("estimatedCost"))
    units, nanos = as_int(cost.get("units")), as_int(cost.get("nanos"))
    if units is None and nanos is None:
        return None
    amount = Decimal(units or 0) + Decimal(nanos or 0) / Decimal(10**9)
    currency = as_text(cost.get("currencyCode")) or "USD"
    return {"amount": f"{amount.normalize():f}", "currency": currency, "said_by": said_by}


def state_words(state: str) -> str:
    """Return a state in words: "writing results"."""
    return state.removeprefix("JOB_STATE_").replace("_", " ").lower()


def _dataset(value: object, account: str) -> str | None:
    name = as_text(value)
    return short(name, account) if name else None


def _hyperparameters(native: Mapping[str, Any], training: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        key: value
        for key, field in _FIELDS.items()
        if (value := training.get(field)) not in (None, 0, False)  # which is what is not set
    }
    beta = as_map(as_map(native.get("lossConfig")).get("dpo")).get("beta")
    return found if beta is None else found | {"beta": beta}
