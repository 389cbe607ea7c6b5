"""Models for headless commands: of one profile or of all, narrowed, ordered, as documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tui.cli.exit_codes import NO_ANSWER
from tui.core.models.listing import ORDERS, filtered, ordered
from tui.core.models.states import ModelState
from tui.services.errors import InputError, NotOffered
from tui.services.jobs.all_profiles import nothing_kept

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import ModelEntry
    from tui.core.models.listing import Order
    from tui.services.errors import ServiceError
    from tui.services.models.all_profiles import ProfileModels
    from tui.services.models.inventory import InventorySeen
    from tui.services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FoundModels:
    """Models of one profile or of several; problems are those of one, `profiles` of several."""

    entries: tuple[ModelEntry, ...]
    jobs: tuple[Job, ...] = ()
    problem: ServiceError | None = None
    jobs_problem: ServiceError | None = None
    deployments_problem: ServiceError | None = None
    profiles: tuple[Mapping[str, Any], ...] = ()
    unanswered: bool = False
    asks: bool = True  # whether those that could be asked were

    @property
    def exit_code(self) -> int:
        """What a command that lists them returns."""
        if self.problem is not None:
            return self.problem.exit_code
        return NO_ANSWER if self.unanswered else 0


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose models and their order."""
    states = [state.value for state in ModelState]  # argparse names them by their repr
    parser.add_argument("--tuned", action="store_true", help="only fine-tuned models")
    parser.add_argument(
        "--state", choices=states, metavar="STATE", help=f"only these: {_names(states)}"
    )
    parser.add_argument(
        "--filter", metavar="WORDS", help="only those with these words; base:X looks at one field"
    )
    parser.add_argument("--sort", choices=[*ORDERS], help="one's own first, in this order")
    add_places(parser)


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whose models are meant."""
    parser.add_argument("--kept", action="store_true", help="as last seen, without asking")
    every = "of every profile, each asked with its own key"
    parser.add_argument("--all-profiles", action="store_true", help=every)


def chosen(entries: Iterable[ModelEntry], options: argparse.Namespace) -> list[ModelEntry]:
    """Return the models that the options choose, in their order; else in the provider's."""
    found = [
        one
        for one in entries
        if (one.kind == "tuned" or not options.tuned) and options.state in {None, one.state.value}
    ]
    found = filtered(found, options.filter or "")
    return found if options.sort is None else ordered(found, cast("Order", options.sort))


async def find_models(options: argparse.Namespace, workspace: Workspace) -> FoundModels:
    """Return the models that are asked for. Raises ServiceError where nothing at all is known."""
    if options.all_profiles:
        return await _of_all_profiles(options, workspace)
    inventory = workspace.inventory
    seen = await (inventory.remembered() if options.kept else inventory.whole())
    if seen.problem is not None and not seen.entries:
        raise seen.problem
    return _of_one_profile(seen)


def _of_one_profile(seen: InventorySeen) -> FoundModels:
    deployments = seen.deployments_problem
    return FoundModels(
        seen.entries,
        seen.jobs,
        seen.problem,
        seen.jobs_problem,
        None if isinstance(deployments, NotOffered) else deployments,
    )


async def _of_all_profiles(options: argparse.Namespace, workspace: Workspace) -> FoundModels:
    book = workspace.profiles
    every = workspace.all_profiles_models()
    found = [one async for one in every.list(workspace.all_profiles, asks=not options.kept)]
    found.sort(key=lambda one: book.names.index(one.profile))
    return FoundModels(
        tuple(entry for one in found for entry in one.seen.entries),
        tuple(job for one in found for job in one.seen.jobs),
        profiles=tuple(map(_profile_document, found)),
        asks=not options.kept,
        unanswered=any(one.error and not isinstance(one.error, InputError) for one in found),
    )


def _profile_document(one: ProfileModels) -> dict[str, Any]:
    error = one.error.to_json() if one.error else None
    return {
        "name": one.profile,
        "asked": one.asked,
        "models": len(one.seen.entries),
        "error": error,
    }


def tell_missing(found: FoundModels, out: Output, *, tuned: bool) -> None:
    """Say on the error stream what the list lacks."""
    if found.problem is not None:
        out.say(found.problem)
        out.note("finetui: only models that jobs name are listed, and those seen before")
    problem = found.jobs_problem
    if problem is not None and (tuned or not isinstance(problem, NotOffered)):
        out.note(f"finetui: which jobs made them is not known: {problem.brief}")
    if (problem := found.deployments_problem) is not None:
        out.note(f"finetui: what is deployed is not known: {problem.brief}")
    for one in found.profiles:
        if one["error"] is not None:
            out.note(f"finetui: {one['name']}: {one['error']['cause']}.")
        elif not one["asked"] and not one["models"]:
            out.note(f"finetui: {one['name']}: {nothing_kept('models', asks=found.asks)}")


def model_document(entry: ModelEntry) -> dict[str, Any]:
    """Return a model as `--json` prints it: the provider's own object, and what is known here."""
    known = entry.to_json()
    if entry.created is None:
        known["created"] = entry.raw.get("created")
    return {**entry.raw, "job_id": entry.job, "until": entry.ends, **known}


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' if " " in name else str(name) for name in names)
