"""`finetui deployments`: what runs and costs, and ending that."""

from __future__ import annotations

import os
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command, group
from tui.core.money.hourly import (
    RunningCost,
    cost_so_far,
    price_now,
    price_words,
    running_cost,
    so_far_words,
)
from tui.core.money.terms import rounded
from tui.core.provider.records import short_name
from tui.core.text.moments import date_words
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    import argparse
    from decimal import Decimal

    from tui.cli.output import Output
    from tui.core.provider.deployments import Deployment
    from tui.services.models.deployments_everywhere import EveryDeployment, ProfileDeployments
    from tui.services.workspace import Workspace

NO_ANSWER = 3


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "deployments", "what serves models, what it costs, and ending that")
    parser = command(actions, "list", _list, "list what runs, what costs most first")
    everywhere = "of every profile whose provider tells"
    parser.add_argument("--all-profiles", action="store_true", help=everywhere)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.all_profiles:
        return await _list_everywhere(workspace, out)
    seen = await workspace.deployments.look()
    name = workspace.profile.name
    _print([(name, one) for one in seen.deployed], out)
    return 0


def everywhere(workspace: Workspace) -> EveryDeployment:
    """Return what looks at the deployments of all profiles; to be closed."""
    from tui.services.models.deployments_everywhere import EveryDeployment
    from tui.services.settings.environment import without_secrets

    environ = without_secrets(os.environ, workspace.profiles.key_variables)
    return EveryDeployment(workspace.locations, environ, workspace.store)


async def found_everywhere(
    every: EveryDeployment, workspace: Workspace
) -> list[ProfileDeployments]:  # fmt: skip
    """Return what each profile has deployed, in the order of the configuration."""
    book = workspace.profiles
    profiles = [workspace.profile_called(name) for name in book.names]
    async with aclosing(every.list(profiles)) as asked:
        found = [one async for one in asked]
    return sorted(found, key=lambda one: book.names.index(one.profile))


async def _list_everywhere(workspace: Workspace, out: Output) -> int:
    """Print what runs in all profiles; ends with 3 if one that can be asked did not answer."""
    every = everywhere(workspace)
    try:
        found = await found_everywhere(every, workspace)
    finally:
        await every.close()
    rows = [(one.profile, each) for one in found if one.seen for each in one.seen.deployed]
    asked = [
        {"name": one.profile, "told": one.seen is not None,
         "error": one.error.to_json() if one.error else None}
        for one in found
    ]  # fmt: skip
    _print(rows, out, profiles=asked)
    failed = [one for one in found if one.error is not None]
    for one in failed:
        out.note(f"finetui: {one.profile}: {_why(one.error)}")
    return NO_ANSWER if any(not isinstance(one.error, InputError) for one in failed) else 0


def _why(error: ServiceError | None) -> str:
    return error.brief if error is not None else ""


def _print(
    rows: list[tuple[str, Deployment]], out: Output, profiles: list[dict[str, Any]] | None = None
) -> None:
    now = time.time()
    cost = running_cost([one for _, one in rows])
    told = {"profiles": profiles} if profiles is not None else {}
    documents = [document(one, now) | {"profile": name} for name, one in rows]
    out.document({"deployments": documents, "total": _total(cost), **told})
    names: tuple[str, ...] = ("name", "state", "model", "on", "since", "an hour", "so far", "id")
    table: list[tuple[str, ...]] = [
        (
            one.title, one.state or "–", short_name(one.model) or "–", hardware_words(one),
            date_words(one.created_at), price_words(one), so_far_words(one, now), one.id,
        )
        for _, one in rows
    ]  # fmt: skip
    if profiles is not None:
        names = ("profile", *names)
        table = [(name, *row) for (name, _), row in zip(rows, table, strict=True)]
    out.table(names, table)
    out.line(cost.long if rows else "nothing is deployed")


def hardware_words(one: Deployment) -> str:
    """Return what one runs on: "2 × NVIDIA_H100_80GB", "Standard"."""
    if not one.hardware:
        return "–"
    return f"{one.units} × {one.hardware}" if one.units not in {None, 1} else one.hardware


def _total(cost: RunningCost) -> dict[str, Any]:
    return {"running": cost.count, "usd_per_hour": _money(cost.usd), "unknown": cost.unknown}


def document(one: Deployment, now: float) -> dict[str, Any]:
    """Return a deployment as JSON; amounts are texts, null where nobody knows."""
    rate = one.price.rate if one.price else None
    return {
        "id": one.id,
        "name": one.title,
        "model": one.model,
        "chat_name": one.chat_name,
        "state": one.state,
        "ready": one.ready,
        "running": one.running,
        "created": one.created_at,
        "last_request": one.last_request,
        "on": one.hardware or None,
        "units": one.units,
        "within": one.within or None,
        "billed": "tokens" if one.by_token else None if one.within else "hours",
        "usd_per_hour": _money(price_now(one)),
        "price_about": rate.about if rate else None,
        "price_as_of": f"{rate.as_of}" if rate and rate.as_of else None,
        "price_source": rate.source or None if rate else None,
        "usd_so_far": _money(cost_so_far(one, now)),
        "so_far_at_most": not one.always,
        "note": " ".join(filter(None, (one.cost, rate.note if rate else ""))) or None,
        "acts": sorted(one.acts),
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{rounded(amount):.2f}"
