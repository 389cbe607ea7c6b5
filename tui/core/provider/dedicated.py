"""Dedicated endpoints as Nebius Token Factory tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.provider.deployments import Act, Deployment
from tui.core.provider.parsing import as_int, as_map, as_moment, as_object, as_text, required_id

if TYPE_CHECKING:
    from collections.abc import Mapping

_DOWN = frozenset({"stopped", "stopping", "error", "failed", "deleted", "deleting"})
_LEAVING = frozenset({"deleting", "deleted"})


def endpoint_of_row(value: object) -> Deployment:
    """Return an endpoint. A chat asks it by its routing key, at the address of its region.

    It bills while a replica of it runs. Raises MalformedError for one without an id.
    """
    row = as_object(value, "the endpoint")
    identifier = as_text(row.get("id")) or as_text(row.get("endpoint_id"))
    identifier = required_id({"id": identifier}, "the endpoint")
    deployment = as_map(row.get("deployment"))
    status = as_text(deployment.get("status")) or as_text(row.get("status")) or ""
    readiness = as_text(deployment.get("readiness")) or status
    enabled = row.get("enabled") is not False
    state = status or ("state unknown" if enabled else "stopped")
    replicas = as_int(deployment.get("ready_replicas"))
    running = _running(status, replicas, enabled=enabled)
    ready = {"ready": True, "partially_ready": True, "not_ready": False}.get(readiness)
    leaving = status in _LEAVING
    acts = {Act.DELETE} | ({Act.STOP} if running is not False else set())
    name = as_text(row.get("name")) or identifier
    return Deployment(
        identifier,
        as_text(row.get("custom_weights_id")) or as_text(row.get("model_name")) or "",
        as_text(row.get("routing_key")) or name,
        state if enabled or state in _DOWN else f"{state}, stopped",
        ready if running is not False else False,
        as_moment(row.get("created_at")),
        _cost(row),
        name=name,
        running=running,
        hardware=as_text(row.get("gpu_type")) or "",
        units=_gpus(as_int(row.get("gpu_count")), replicas, row),
        acts=frozenset() if leaving else frozenset(acts),
        leaving=leaving,
    )


def _running(status: str, replicas: int | None, *, enabled: bool) -> bool | None:
    if status in _DOWN or (not enabled and not replicas):
        return False
    if replicas is not None and replicas > 0:
        return True
    return True if status in {"running", "ready"} and replicas is None else None


def _gpus(count: int | None, replicas: int | None, row: Mapping[str, Any]) -> int | None:
    if replicas is None or replicas == 0:
        replicas = as_int(as_map(row.get("scaling")).get("min_replicas"))
    return None if count is None or replicas is None else count * replicas


def _cost(row: Mapping[str, Any]) -> str:
    gpus, count = as_text(row.get("gpu_type")) or "", as_int(row.get("gpu_count"))
    on = f" on {count or ''} {gpus}".replace("  ", " ") if gpus else ""
    region = as_text(row.get("region"))
    where = f" It answers at the address of {region}." if region else ""
    return f"Billed by GPU time{on} while a replica runs.{where}"
