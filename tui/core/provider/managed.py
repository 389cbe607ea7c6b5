"""Deployments as Azure Resource Manager tells them."""

from __future__ import annotations

from tui.core.provider.deployments import Act, Deployment
from tui.core.provider.parsing import as_map, as_moment, as_text

_TUNED = ".ft-"  # part of the name of every fine-tuned model
_PROVISIONED = "provisioned"  # part of the names of tiers that are paid by the hour for any model
_RUNNING = {"Succeeded": True, "Updating": True, "Scaling": True, "Moving": True,
            "Failed": False, "Canceled": False, "Disabled": False, "Deleting": False}  # fmt: skip


def deployment_of_row(value: object) -> Deployment | None:
    """Return a deployment, None for what has no name. A chat asks it by its own name.

    That it is Succeeded does not say that it answers yet: so nobody knows. A tuned model bills by
    the hour, used or not; a base does so on provisioned tiers alone.
    """
    row = as_map(value)
    properties = as_map(row.get("properties"))
    name = as_text(row.get("name"))
    if not name:
        return None
    state = as_text(properties.get("provisioningState")) or "state unknown"
    tier = as_text(as_map(row.get("sku")).get("name")) or ""
    model = as_text(as_map(properties.get("model")).get("name")) or ""
    by_token = _TUNED not in model and _PROVISIONED not in tier.lower() and bool(tier)
    leaving = state == "Deleting"
    return Deployment(
        as_text(row.get("id")) or name,
        model,
        name,
        state,
        None if state == "Succeeded" else False,
        as_moment(as_map(row.get("systemData")).get("createdAt")),
        f"Its price an hour{f' ({tier})' if tier else ''} is not told there.",
        name=name,
        running=_RUNNING.get(state),
        by_token=by_token,
        hardware=tier,
        units=1,
        always=not by_token,
        acts=frozenset() if leaving else frozenset({Act.DELETE}),
        leaving=leaving,
    )
