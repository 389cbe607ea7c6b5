"""`finetui deployments`: what runs and costs, and ending that."""

from __future__ import annotations

import time
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command, group
from tui.cli.deleting import each_once
from tui.cli.exit_codes import NO_ANSWER
from tui.core.money.counted import DOLLARS
from tui.core.money.hourly import (
    RunningCost,
    cost_so_far,
    counted_of,
    price_now,
    price_words,
    running_cost,
    so_far_words,
)
from tui.core.money.terms import rounded
from tui.core.provider.deletion import Fate
from tui.core.provider.deployment_words import cost_words, in_order, line_of
from tui.core.provider.deployments import Act, find_deployment
from tui.core.provider.records import short_name
from tui.core.text.moments import date_words
from tui.core.text.text import plural
from tui.services.errors import InputError, NeedsConfirmation, ServiceError
from tui.services.models.all_profiles_acts import AllProfilesActs, DeploymentTarget

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from decimal import Decimal

    from tui.cli.output import Output
    from tui.core.provider.deletion import Outcome
    from tui.core.provider.deployments import Deployment
    from tui.services.models.all_profiles_deployments import (
        AllProfilesDeployments,
        ProfileDeployments,
    )
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "deployments")
    parser = command(actions, "list", _list, "list what runs, what costs most first")
    parser.add_argument("--all-profiles", action="store_true", help=_EVERYWHERE)
    for act, about in _ABOUT.items():
        parser = command(actions, str(act), partial(_act, act), about)
        parser.add_argument("ids", metavar="DEPLOYMENT", nargs="+", help="an id, or a name")
        parser.add_argument("--all-profiles", action="store_true", help=_EVERYWHERE)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        add_yes(parser, act.to("them"))


_EVERYWHERE = "of every profile whose provider tells"
_ABOUT = {
    Act.STOP: "stop deployments: they stay, and cost nothing until they are started again",
    Act.SCALE: "scale deployments to zero replicas",
    Act.DELETE: "delete deployments for good; their models stay",
}


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.all_profiles:
        return await _list_all_profiles(workspace, out)
    seen = await workspace.deployments.look()
    name = workspace.profile.name
    _print([(name, one) for one in seen.deployed], out)
    return 0


async def _act(act: Act, options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if not options.all_profiles:
        seen = await workspace.deployments.look()
        placed = [DeploymentTarget(workspace.deployments, one) for one in seen.deployed]
        return await _act_on(act, options, placed, out)
    every = workspace.all_profiles_deployments()
    try:
        found = await of_all_profiles(every, workspace)
        for one in found:
            if one.error is not None:
                out.note(f"finetui: {one.profile}: {_why(one.error)}")
        placed = [
            DeploymentTarget(every.service(one.profile), each)
            for one in found
            if one.seen
            for each in one.seen.deployed
        ]
        return await _act_on(act, options, placed, out)
    finally:
        await every.close()


async def _act_on(
    act: Act, options: argparse.Namespace, placed: list[DeploymentTarget], out: Output
) -> int:  # fmt: skip
    """Do it to the deployments named; what is as it is wanted already is not asked for."""
    named = [_find(name, placed) for name in dict.fromkeys(options.ids)]
    chosen = list({one.key: one for one in named}.values())
    for one in chosen:
        one.service.check_acts([one.one], act)
    done = [one for one in chosen if one.one.done(act)]
    for one in done:
        out.note(f"finetui: {one.one.title}: {act.done} already, or being so ({one.one.state})")
    before = [_document_of(one, act) | {"done": True, "outcome": "as asked"} for one in done]
    wanted = _ordered([one for one in chosen if one not in done], act)
    if wanted and (options.dry_run or not options.yes):
        lacking = _unconfirmed(act, wanted, out)
        if not options.dry_run:
            raise lacking
        told = [_document_of(one, act) | {"done": False, "outcome": "dry run"} for one in wanted]
        out.document({"dry_run": True, "deployments": [*before, *told]})
        return 0
    acts = AllProfilesActs(act, wanted)
    return await each_once(
        acts.run, acts.noun, [one.key for one in wanted], out, "deployments",
        partial(_outcome, {one.key: one for one in chosen}), before,
    )  # fmt: skip


def _find(name: str, placed: list[DeploymentTarget]) -> DeploymentTarget:
    found = find_deployment(name, [one.one for one in placed])
    if found is None:
        called = [one for one in placed if name in {one.one.name, one.one.chat_name}]
        cause = f"{len(called)} are called {name}" if called else f"none is called {name}"
        step = "Name it by its id: `finetui deployments list` has them."
        raise InputError("No such deployment", cause, step)
    same = [one for one in placed if one.one.id == found.id]
    if len(same) > 1:
        names = ", ".join(one.service.profile for one in same)
        raise InputError("No such deployment", f"{name} is in {names}", "Name one with --profile.")
    return same[0]


def _ordered(chosen: list[DeploymentTarget], act: Act) -> list[DeploymentTarget]:
    by_id = {one.one.id: one for one in chosen}
    return [by_id[one.id] for one in in_order([one.one for one in chosen], act)]


def _unconfirmed(act: Act, wanted: list[DeploymentTarget], out: Output) -> NeedsConfirmation:
    """Say what would be done; return what says that it was not."""
    for one in wanted:
        out.line(f"would {act.to(one.one.id)}: {line_of(one.one)}")
    cost = cost_words([one.one for one in wanted], act)
    names = ", ".join(dict.fromkeys(one.service.profile for one in wanted))
    final = " for good" if act is Act.DELETE else ""
    return NeedsConfirmation(
        "Not done",
        f"this would {act.to(plural(len(wanted), 'deployment'))}{final} with profile {names}."
        f" {cost}".strip(),
        "Add --yes to do it.",
    )


def _outcome(
    chosen: Mapping[str, DeploymentTarget], outcome: Outcome, error: ServiceError | None
) -> dict[str, Any]:
    placed = chosen[outcome.id]
    ends = {Fate.DELETED: outcome.act.done, Fate.STILL_LISTED: f"{outcome.act.done}, still shown"}
    told = _document_of(placed, outcome.act) | {
        "done": outcome.gone,
        "outcome": ends.get(outcome.fate, outcome.fate),
    }
    if outcome.cause:
        told["cause"] = outcome.cause
    return told | ({"error": error.to_json()} if error else {})


def _document_of(placed: DeploymentTarget, act: Act) -> dict[str, Any]:
    return {
        "id": placed.one.id,
        "name": placed.one.title,
        "profile": placed.service.profile,
        "act": act,
    }


async def of_all_profiles(
    every: AllProfilesDeployments, workspace: Workspace
) -> list[ProfileDeployments]:  # fmt: skip
    """Return what each profile has deployed, in the order of the configuration."""
    async with aclosing(every.list(workspace.all_profiles)) as asked:
        found = [one async for one in asked]
    return sorted(found, key=lambda one: workspace.profiles.names.index(one.profile))


async def _list_all_profiles(workspace: Workspace, out: Output) -> int:
    """Print what runs in all profiles; ends with 3 if one that can be asked did not answer."""
    every = workspace.all_profiles_deployments()
    try:
        found = await of_all_profiles(every, workspace)
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
    told: dict[str, Any] = {
        "running": cost.count, "usd_per_hour": _money(cost.usd), "unknown": cost.unknown,
    }  # fmt: skip
    if all(counted == DOLLARS for counted in cost.sums):
        return told
    sums = {one.currency: _money(one.amount(usd)) for one, usd in cost.sums.items()}
    return told | {"per_hour": sums}


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
        **_counted(one, now),
    }


def _counted(one: Deployment, now: float) -> dict[str, Any]:
    """Return the amounts as the profile counts them, where that is not in dollars."""
    counted = counted_of(one)
    if counted == DOLLARS:
        return {}
    hour, so_far = price_now(one), cost_so_far(one, now)
    return {
        "currency": counted.currency,
        "per_hour": None if hour is None else _money(counted.amount(hour)),
        "so_far": None if so_far is None else _money(counted.amount(so_far)),
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{rounded(amount):.2f}"
