"""Requests for jobs in Together's shape, and what of them goes beyond a model's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.jobs.mark import NONCE
from tui.core.provider.parsing import as_float, as_map, as_text
from tui.core.provider.together.names import LORA, OF_METHOD, RENAMED, suffix_with_mark

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_body(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent for a request of OpenAI's shape.

    Raises ValueError for LoRA settings without a rank, which Together does not take.
    """
    nonce = as_text(as_map(request.get("metadata")).get(NONCE)) or ""
    body = price_body(request)
    chosen = _chosen(request)
    taken = {*LORA, *OF_METHOD, "lora", "n_epochs", "n_evals"}
    body |= {RENAMED.get(key, key): value for key, value in chosen.items() if key not in taken}
    if nonce or request.get("suffix"):
        body["suffix"] = suffix_with_mark(as_text(request.get("suffix")) or "", nonce)
    if request.get("seed") is not None:
        body["random_seed"] = request["seed"]
    return body


def price_body(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a request that the price depends on. Raises like `create_body`."""
    chosen = _chosen(request)
    model = as_text(request.get("model")) or ""
    body: dict[str, Any] = {"training_file": request.get("training_file")}
    # A job's id, with a step or without, stands for what that job made.
    body["from_checkpoint" if model.startswith("ft-") else "model"] = model
    epochs = chosen.get("n_epochs", 1)
    body["n_epochs"] = epochs
    if request.get("validation_file"):
        body["validation_file"] = request["validation_file"]
        # Without evaluations the file would be uploaded for nothing.
        body["n_evals"] = chosen.get("n_evals", epochs)
    body["training_method"] = _training_method(request, chosen)
    if (training_type := _training_type(chosen)) is not None:
        body["training_type"] = training_type
    return body


def _chosen(request: Mapping[str, Any]) -> Mapping[str, Any]:
    method = as_map(request.get("method"))
    inner = as_map(method.get(as_text(method.get("type")) or "supervised"))
    return {**as_map(request.get("hyperparameters")), **as_map(inner.get("hyperparameters"))}


def _training_method(request: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    if as_map(request.get("method")).get("type") == "dpo":
        beta = {"dpo_beta": chosen["beta"]} if "beta" in chosen else {}
        return {"method": "dpo", **beta}
    return {"method": "sft", "train_on_inputs": chosen.get("train_on_inputs", "auto")}


def _training_type(chosen: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return LoRA or Full, None where it is left to Together, which then takes LoRA."""
    if chosen.get("lora") is False:
        return {"type": "Full"}
    settings = {key: chosen[key] for key in LORA if key in chosen}
    if not settings:
        return None
    if "lora_r" not in settings:
        raise ValueError("Together wants a LoRA rank with other settings of LoRA")
    return {"type": "Lora", "lora_alpha": 2 * settings["lora_r"], **settings}


def limit_problems(request: Mapping[str, Any], limits: Mapping[str, Any]) -> list[str]:
    """Return what of a request goes beyond the limits of its model, each in one sentence."""
    body = create_body(request)
    kind = as_map(body.get("training_type"))
    full, dpo = kind.get("type") == "Full", body["training_method"]["method"] == "dpo"
    if full and limits.get("supports_full_training") is False:
        return ["This model trains with LoRA only."]
    own = as_map(limits.get("full_training" if full else "lora_training"))
    length = limits.get("max_seq_length_dpo" if dpo else "max_seq_length_sft")
    checks = (
        ("Epochs", body.get("n_epochs"), 1, limits.get("max_num_epochs")),
        ("Checkpoints", body.get("n_checkpoints"), None, limits.get("max_num_checkpoints")),
        ("Evaluations", body.get("n_evals"), None, limits.get("max_num_evals")),
        ("The learning rate", body.get("learning_rate"),
         limits.get("min_learning_rate"), limits.get("max_learning_rate")),
        ("The context length", body.get("max_seq_length"),
         limits.get("min_max_seq_length"), length),
        ("The batch size", body.get("batch_size"), own.get("min_batch_size"),
         own.get("max_batch_size_dpo" if dpo else "max_batch_size")),
        ("The LoRA rank", kind.get("lora_r"), None, own.get("max_rank")),
    )  # fmt: skip
    return [said for name, value, low, high in checks if (said := _beyond(name, value, low, high))]


def _beyond(name: str, value: object, low: object, high: object) -> str:
    number, least, most = as_float(value), as_float(low), as_float(high)
    if number is None:
        return ""
    if least is not None and number < least:
        return f"{name} must be {least:g} or more for this model."
    if most is not None and number > most:
        return f"{name} may be {most:g} at most for this model."
    return ""
