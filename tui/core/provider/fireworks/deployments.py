"""Deployments and the models loaded on them, as Fireworks tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.provider.deployments import Act, Deployment
from tui.core.provider.fireworks.names import name_of
from tui.core.provider.fireworks.records import chat_name
from tui.core.provider.parsing import as_int, as_map, as_moment, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_GONE = frozenset({"DELETING", "DELETED"})


def loaded_model(row: Mapping[str, Any], on: Mapping[str, Any]) -> Deployment:
    """Return a model that is loaded on a deployment, which is what bills."""
    own, whole = as_text(row.get("state")) or "", as_text(on.get("state")) or ""
    leaving = own in {"UNDEPLOYING", *_GONE}
    host = as_text(row.get("deployment")) or ""
    return Deployment(
        name_of(row),
        as_text(row.get("model")) or "",
        chat_name(row),
        own if own != "DEPLOYED" or not whole else whole,
        own == "DEPLOYED" and whole in {"READY", ""},
        as_moment(row.get("createTime")),
        cost_words(on),
        name=_last(name_of(row)),
        running=None if not on else _running(on),
        within=host,
        acts=frozenset() if leaving else frozenset({Act.DELETE}),
        leaving=leaving,
    )


def dedicated(row: Mapping[str, Any]) -> Deployment:
    """Return a dedicated deployment, by its base."""
    name, base = name_of(row), as_text(row.get("baseModel")) or ""
    state, running = as_text(row.get("state")) or "", _running(row)
    acts = {Act.DELETE} | ({Act.SCALE} if running is not False else set())
    replicas, count = _replicas(row), as_int(row.get("acceleratorCount"))
    return Deployment(
        name,
        base,
        f"{base}#{name}",
        state,
        state == "READY",
        as_moment(row.get("createTime")),
        cost_words(row),
        name=_last(name),
        running=running,
        hardware=as_text(row.get("acceleratorType")) or "",
        units=None if replicas is None or count is None else replicas * count,
        always=bool(as_int(row.get("minReplicaCount"))),
        acts=frozenset() if state in _GONE else frozenset(acts),
        leaving=state in _GONE,
    )


def _running(row: Mapping[str, Any]) -> bool | None:
    """Whether a deployment holds a GPU; one whose replicas are not told may."""
    if as_text(row.get("state")) in {"FAILED", *_GONE}:
        return False
    replicas = _replicas(row)
    return None if replicas is None else replicas > 0


def _replicas(row: Mapping[str, Any]) -> int | None:
    ready = as_int(as_map(row.get("replicaStats")).get("readyReplicaCount"))
    told = (ready, as_int(row.get("replicaCount")), as_int(row.get("desiredReplicaCount")))
    known = [number for number in told if number is not None]
    return max(known, default=None)  # one that is being started is billed soon


def cost_words(row: Mapping[str, Any]) -> str:
    """Return what a deployment costs, as far as it says: the price of its GPUs is not told."""
    least, now = as_int(row.get("minReplicaCount")), as_int(row.get("desiredReplicaCount"))
    ready = as_int(as_map(row.get("replicaStats")).get("readyReplicaCount"))
    gpus = as_text(row.get("acceleratorType")) or ""
    count = as_int(row.get("acceleratorCount"))
    on = f" on {count or ''} {gpus}".replace("  ", " ") if gpus else ""
    told = next((number for number in (ready, now) if number is not None), None)
    running = "" if told is None else f"; {told} running now"
    scales = "; scales to nothing when idle" if not least else f"; at least {least} always"
    return f"Billed by GPU time{on}{running}{scales}."


def _last(name: str) -> str:
    return name.rpartition("/")[2]
