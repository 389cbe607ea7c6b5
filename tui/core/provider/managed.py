"""Deployments as Azure Resource Manager tells them."""

from __future__ import annotations

from tui.core.provider.deployments import Deployment
from tui.core.provider.parsing import as_map, as_moment, as_text


def deployment_of_row(value: object) -> Deployment | None:
    """Return a deployment, None for what has no name. A chat asks it by its own name.

    That it is Succeeded does not say that it answers yet: so nobody knows.
    """
    row = as_map(value)
    properties = as_map(row.get("properties"))
    name = as_text(row.get("name"))
    if not name:
        return None
    state = as_text(properties.get("provisioningState")) or "state unknown"
    tier = as_text(as_map(row.get("sku")).get("name")) or ""
    return Deployment(
        as_text(row.get("id")) or name,
        as_text(as_map(properties.get("model")).get("name")) or "",
        name,
        state,
        None if state == "Succeeded" else False,
        as_moment(as_map(row.get("systemData")).get("createdAt")),
        f"Its price an hour{f' ({tier})' if tier else ''} is not told there.",
    )
